//! Three laptops, a township, and chance: offline, lost, doubled and late messages, sticks carried by
//! hand. In the end all believe the same, nothing is lost, and a rebuild changes nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::chance::{Chance, seeds};
use crate::person::{Person, id_of};
use crate::wire::Faults;
use crate::world::World;

const STEPS: usize = 60;

/// What was said, by matter: each must be found exactly once in the end.
type Said = BTreeMap<String, Vec<String>>;

struct Story {
    world: World,
    people: Vec<Person>,
    chance: Chance,
    said: Said,
    files: usize,
}

impl Story {
    fn begun(seed: u64) -> Self {
        let world = World::new(seed);
        let people: Vec<Person> =
            [("执法员一", "officer"), ("执法员二", "officer"), ("监督员一", "supervisor")]
                .iter()
                .map(|(name, role)| Person::enrolled(&world, name, role, &world.folder(name)))
                .collect();
        for person in &people {
            person.sync();
        }
        for person in &people {
            person.sync();
        }
        Self { world, people, chance: Chance::new(seed), said: Said::new(), files: 0 }
    }

    /// One of the open matters that this person can see.
    fn matter_of(&mut self, who: usize) -> Option<String> {
        let listed = self.people[who].must("matters", json!({"state": "open"}));
        let lines = listed["matters"].as_array().cloned().unwrap_or_default();
        self.chance.pick(&lines).map(|line| line["id"].as_str().unwrap_or_default().to_owned())
    }

    fn step(&mut self, number: usize) {
        let who = self.chance.below(self.people.len());
        self.people[who].advance(1000 + self.chance.next() % 600_000);
        self.people[who].come_back();
        match self.chance.below(17) {
            0 | 1 => self.start(who, number),
            2..=5 => self.note(who, number),
            6 => self.party(who, number),
            7 | 8 => self.draft(who, number),
            9 => self.import(who, number),
            10 => {
                let offline = self.chance.percent(50);
                self.people[who].wire.set_offline(offline);
            }
            11 => self.carry(who),
            12 => self.close(who),
            13 => self.switch_off_and_on(who),
            _ => {
                self.people[who].wire.set(Faults::BAD);
                self.people[who].try_sync();
            }
        }
    }

    fn start(&mut self, who: usize, number: usize) {
        let mut given = json!({"start": "patrol", "title": format!("巡查 {number}"), "place": "一号路"});
        if self.chance.percent(60) {
            given["start"] = json!("inspection");
            given["second"] = json!(if who == 0 { "执法员二" } else { "执法员一" });
        }
        let view = self.people[who].must("start_matter", given);
        self.said.entry(id_of(&view)).or_default();
    }

    fn note(&mut self, who: usize, number: usize) {
        if let Some(matter) = self.matter_of(who) {
            let text = format!("第 {number} 条, {} 所见", self.people[who].name);
            self.people[who].note(&matter, &text);
            self.said.entry(matter).or_default().push(text);
        }
    }

    fn party(&mut self, who: usize, number: usize) {
        if let Some(matter) = self.matter_of(who) {
            self.people[who].must("set_party", json!({"matter": matter, "name": format!("演示 {number}")}));
        }
    }

    fn draft(&mut self, who: usize, number: usize) {
        let listed = self.people[who].must("drafts", json!({}));
        let drafts = listed["drafts"].as_array().cloned().unwrap_or_default();
        if let Some(draft) = self.chance.pick(&drafts).filter(|_| drafts.len() > 1) {
            let field = ["事实", "依据"][number % 2];
            let set = json!({"draft": draft["id"], "set": {field: format!("文字 {number}")}});
            self.people[who].must("draft_set", set);
        } else if let Some(matter) = self.matter_of(who) {
            self.people[who].must("draft_new", json!({"matter": matter, "title": format!("笔录 {number}")}));
        }
    }

    fn import(&mut self, who: usize, number: usize) {
        if let Some(matter) = self.matter_of(who) {
            let path = self.world.folder("files").join(format!("{number}.bin"));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
            let size = 1 + self.chance.below(300_000);
            let bytes: Vec<u8> = (0..size).map(|_| self.chance.next().to_le_bytes()[0]).collect();
            std::fs::write(&path, bytes).expect("the file is written");
            let given = json!({"paths": [path], "matter": matter});
            self.people[who].must("import", given);
            self.files += 1;
        }
    }

    /// By USB stick: out, to the township's reader, back.
    fn carry(&mut self, who: usize) {
        self.world.carry(&self.people[who]);
    }

    fn switch_off_and_on(&mut self, who: usize) {
        let person = self.people.remove(who).reopened(&self.world);
        self.people.insert(who, person);
    }

    fn close(&mut self, who: usize) {
        if self.chance.percent(30)
            && let Some(matter) = self.matter_of(who)
        {
            // May be refused: an inspection needs the second officer's word first.
            drop(self.people[who].ask("close_matter", json!({"matter": matter, "result": "corrected"})));
        }
    }

    /// Everybody back at the township, until nothing moves any more.
    fn gather(&self) {
        for person in &self.people {
            person.come_back();
            person.on_a_good_line();
        }
        for _ in 0..3 {
            for person in &self.people {
                person.sync();
            }
        }
    }

    fn nothing_is_lost(&self) {
        let supervisor = &self.people[2];
        for (matter, texts) in &self.said {
            let found = supervisor.notes(matter);
            for text in texts {
                let count = found.iter().filter(|line| *line == text).count();
                assert_eq!(count, 1, "{text}: {count} times in {matter}: {found:?}");
            }
            assert_eq!(found.len(), texts.len(), "{matter} holds what nobody said: {found:?}");
        }
        for person in &self.people {
            let waiting = person.must("sync_status", json!({}))["waiting"].clone();
            assert_eq!(waiting["entries"], 0, "{}: {waiting}", person.name);
            assert_eq!(waiting["media"], 0, "{}: {waiting}", person.name);
        }
        let media = supervisor.must("media_list", json!({"limit": 1000}))["media"].clone();
        let media = media.as_array().cloned().unwrap_or_default();
        assert_eq!(media.len(), self.files, "every file is in the record");
        assert!(media.iter().all(|file| file["custody"] == "held"), "every file is held by the township");
    }

    fn all_believe_the_same(&self) {
        let all = self.people[2].belief();
        for person in &self.people[..2] {
            let own = person.belief();
            let strange: Vec<&String> = own.iter().filter(|line| !all.contains(line)).collect();
            assert!(strange.is_empty(), "{} believes otherwise: {strange:#?}", person.name);
        }
        assert!(!all.is_empty());
    }

    fn a_rebuild_changes_nothing(&self) {
        for person in &self.people {
            let before = person.belief();
            person.must("rebuild", json!({}));
            assert_eq!(before, person.belief(), "{}: rebuilt documents differ", person.name);
            let outcome: Value = person.must("verify", json!({"deep": true}));
            assert_eq!(outcome["sound"], true, "{}: {outcome}", person.name);
        }
    }
}

#[test]
fn laptops_converge_over_bad_lines_and_sticks_and_lose_nothing() {
    for seed in seeds(3) {
        println!("seed {seed}");
        let mut story = Story::begun(seed);
        for number in 0..STEPS {
            story.step(number);
        }
        story.gather();
        story.nothing_is_lost();
        story.all_believe_the_same();
        story.a_rebuild_changes_nothing();
        story.world.is_sound();
        let lost: usize = story.people.iter().map(|person| person.wire.lost()).sum();
        assert!(lost > 0, "seed {seed}: the lines were never bad, so the story shows nothing");
    }
}
