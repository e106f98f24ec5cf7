//! Chance with a seed: the same seed tells the same story again.

/// SplitMix64; small, and the same on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).expect("below a usize")
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }
}

/// Seeds of a random story: a few, or many with `scripts/test --long`, or the one of `LIUHEN_SEED`.
pub(crate) fn seeds(few: u64) -> Vec<u64> {
    if let Ok(seed) = std::env::var("LIUHEN_SEED") {
        return vec![seed.parse().expect("LIUHEN_SEED is a number")];
    }
    let long = std::env::var("LIUHEN_LONG").is_ok_and(|long| long == "1");
    (1..=if long { few * 25 } else { few }).collect()
}
