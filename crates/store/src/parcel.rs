//! A folder of sealed parts: how parcels lie on a USB stick.
//!
//! Laptop and township use the same code in both directions. Every part is its own file, sealed, written durably; the opening
//! comes last, so a stick pulled too early shows as a parcel without opening. Reading names each file that is broken,
//! cut off or missing, and gives all others. Files of other receivers and other programs are left alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use liuhen_protocol::parcel::{
    FRAME, Frame, MAX_PART, Message, Opening, Part, PartLine, SEAL_INFO, SignedOpening, receiver_of,
};
use liuhen_protocol::{Digest, Sign};
use uuid::Uuid;

use crate::durable;
use crate::keys::seal::{SealError, SealKey, seal};

/// Why a parcel could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder or one of its files.
    #[error("could not {doing} in the parcel folder")]
    Io {
        /// The step, as a verb phrase.
        doing: &'static str,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be made durable.
    #[error("a part could not be written")]
    Write(#[source] Box<crate::Error>),
    /// The format was not kept.
    #[error("a part breaks the format")]
    Format(#[from] liuhen_protocol::Error),
    /// A part does not open.
    #[error("a part cannot be opened")]
    Seal(#[from] SealError),
}

impl Error {
    /// A short stable code, for lists of broken files.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "unreadable",
            Self::Write(_) => "unwritable",
            Self::Format(_) => "cut_off",
            Self::Seal(_) => "damaged",
        }
    }
}

fn io(doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io { doing, source }
}

/// Writes one parcel, part by part.
#[derive(Debug)]
pub struct FolderWriter {
    folder: PathBuf,
    parcel: Uuid,
    receiver: [u8; 32],
    lines: Vec<PartLine>,
}

impl FolderWriter {
    /// Begins a parcel for the holder of the X25519 key `receiver`; the folder is made when it is not there.
    ///
    /// # Errors
    /// [`Error::Write`] when the folder cannot be made.
    pub fn create(folder: &Path, parcel: Uuid, receiver: [u8; 32]) -> Result<Self, Error> {
        durable::create_folder(folder).map_err(|error| Error::Write(Box::new(error)))?;
        Ok(Self { folder: folder.to_owned(), parcel, receiver, lines: Vec::new() })
    }

    /// The parcel's id.
    pub const fn parcel(&self) -> Uuid {
        self.parcel
    }

    /// Parts written so far, without the opening.
    pub fn parts(&self) -> usize {
        self.lines.len()
    }

    /// Seals and writes the next part; answers its number. It is durable when this returns.
    pub fn add(&mut self, part: &Part) -> Result<u32, Error> {
        let number = u32::try_from(self.lines.len() + 1).unwrap_or(u32::MAX);
        let (size, sha256) = self.write(number, part)?;
        self.lines.push(PartLine { number, size, sha256 });
        Ok(number)
    }

    /// Writes the opening, signed: the parcel is complete. `known` is the tree size of the newest checkpoint held,
    /// `seal` the key to which an answer shall be sealed, `answers` the parcel this one answers.
    pub fn close(
        self,
        signer: &dyn Sign,
        known: u64,
        seal: Option<[u8; 32]>,
        answers: Option<Uuid>,
    ) -> Result<(), Error> {
        let opening = Opening {
            v: 1,
            parcel: self.parcel,
            answers,
            key: signer.public_key(),
            receiver: receiver_of(&self.receiver),
            seal: seal.map(Digest),
            known,
            parts: self.lines.clone(),
        };
        let statement = SignedOpening::sign(opening, signer)?;
        self.write(0, &Part::of(Message::Opening(Box::new(statement))))?;
        Ok(())
    }

    fn write(&self, number: u32, part: &Part) -> Result<(u64, Digest), Error> {
        let frame = Frame { parcel: self.parcel, number, receiver: receiver_of(&self.receiver) };
        let mut file = frame.encode().to_vec();
        let sealed = seal(&self.receiver, SEAL_INFO, &file, &part.encode()?)?;
        file.extend_from_slice(&sealed);
        durable::write(&self.folder.join(frame.file_name()), &file)
            .map_err(|error| Error::Write(Box::new(error)))?;
        Ok((file.len() as u64, Digest::of(&file)))
    }
}

/// A file of a parcel that cannot be used, named so that a person can copy it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPart {
    /// The file's name.
    pub file: String,
    /// `missing`, `cut_off`, `damaged`, `unreadable`, `other_file`.
    pub code: &'static str,
}

/// A parcel found in a folder.
#[derive(Debug)]
pub struct FoundParcel {
    /// Its id.
    pub parcel: Uuid,
    /// What its packer signed; absent when part 0 is missing or broken. The signature is verified, the packer's right is not.
    pub opening: Option<Opening>,
    /// Files that are missing, or not those that the opening lists.
    pub broken: Vec<BrokenPart>,
    files: BTreeMap<u32, PathBuf>,
}

impl FoundParcel {
    /// Numbers of the parts that are there, in order, without the opening.
    pub fn numbers(&self) -> Vec<u32> {
        self.files.keys().copied().filter(|number| *number != 0).collect()
    }

    /// Opens one part. A file that the opening lists otherwise is opened all the same: its seal and content decide.
    pub fn open(&self, number: u32, key: &SealKey) -> Result<Part, Error> {
        let Some(path) = self.files.get(&number) else {
            return Err(Error::Io { doing: "find a part", source: std::io::ErrorKind::NotFound.into() });
        };
        let (frame, part) = read_part(path, key)?;
        if (frame.parcel, frame.number) == (self.parcel, number) {
            Ok(part)
        } else {
            Err(liuhen_protocol::Error::Malformed { what: "parcel", reason: "renamed file" }.into())
        }
    }

    /// The file of a part, for naming it.
    pub fn file_name(&self, number: u32) -> String {
        let receiver = Digest([0; 32]);
        Frame { parcel: self.parcel, number, receiver }.file_name()
    }

    /// Removes the files of this parcel, for a receiver that has taken it in and answered.
    pub fn remove(self) -> Result<(), Error> {
        for path in self.files.values() {
            fs::remove_file(path).map_err(io("remove a taken part"))?;
        }
        Ok(())
    }
}

/// All parcels in a folder that are sealed to `key`, oldest id first.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be listed. Files that cannot be read are named in their parcel.
pub fn read_folder(folder: &Path, key: &SealKey) -> Result<Vec<FoundParcel>, Error> {
    let receiver = receiver_of(&key.public());
    let mut parcels: BTreeMap<Uuid, FoundParcel> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io("list files"))? {
        let entry = entry.map_err(io("list files"))?;
        let name = entry.file_name();
        let Some((parcel, number)) = name.to_str().and_then(Frame::of_file_name) else { continue };
        let path = entry.path();
        let broken = match read_frame(&path) {
            Ok(frame) if frame.receiver != receiver => continue,
            Ok(frame) if (frame.parcel, frame.number) != (parcel, number) => Some("other_file"),
            Ok(_) => None,
            Err(error) => Some(error.code()),
        };
        let found = parcels.entry(parcel).or_insert_with(|| FoundParcel {
            parcel,
            opening: None,
            broken: Vec::new(),
            files: BTreeMap::new(),
        });
        match broken {
            Some(code) => {
                let file = name.to_string_lossy().into_owned();
                found.broken.push(BrokenPart { file, code });
            }
            None => {
                found.files.insert(number, path);
            }
        }
    }
    // A parcel of which no frame could be read may be somebody else's: it is not ours to complain about.
    parcels.retain(|_, found| !found.files.is_empty());
    for found in parcels.values_mut() {
        found.read_opening(key);
    }
    Ok(parcels.into_values().collect())
}

impl FoundParcel {
    fn read_opening(&mut self, key: &SealKey) {
        let name = self.file_name(0);
        if !self.files.contains_key(&0) {
            self.name_broken(name, "missing");
            return;
        }
        let opened = match self.open(0, key) {
            Ok(Part { message: Message::Opening(signed), .. }) => {
                signed.verify().cloned().map_err(Error::Format)
            }
            Ok(_) => Err(liuhen_protocol::Error::Unknown("opening").into()),
            Err(error) => Err(error),
        };
        match opened {
            Ok(opening) if opening.parcel == self.parcel => {
                for line in &opening.parts {
                    let code = match self.files.get(&line.number).map(fs::metadata) {
                        None => "missing",
                        Some(Ok(found)) if found.len() == line.size => continue,
                        Some(Ok(_)) => "cut_off",
                        Some(Err(_)) => "unreadable",
                    };
                    let name = self.file_name(line.number);
                    self.name_broken(name, code);
                }
                self.opening = Some(opening);
            }
            Ok(_) => self.name_broken(name, "other_file"),
            Err(error) => self.name_broken(name, error.code()),
        }
    }

    fn name_broken(&mut self, file: String, code: &'static str) {
        if !self.broken.iter().any(|part| part.file == file) {
            self.broken.push(BrokenPart { file, code });
        }
    }
}

fn read_frame(path: &Path) -> Result<Frame, Error> {
    let mut head = [0; FRAME];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).map_err(|source| {
        if source.kind() == std::io::ErrorKind::UnexpectedEof {
            liuhen_protocol::Error::Malformed { what: "parcel", reason: "cut off" }.into()
        } else {
            Error::Io { doing: "read a part", source }
        }
    })?;
    Ok(Frame::split(&head)?.0)
}

fn read_part(path: &Path, key: &SealKey) -> Result<(Frame, Part), Error> {
    let limit = (MAX_PART + FRAME + 64) as u64;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(io("read a part"))?;
    let (frame, head, sealed) = Frame::split(&bytes)?;
    let plain = key.open(SEAL_INFO, head, sealed)?;
    Ok((frame, Part::decode(&plain)?))
}

#[cfg(test)]
mod tests {
    use liuhen_protocol::{Domain, PublicKey, Signature};
    use zeroize::Zeroizing;

    use super::*;

    struct Key(ed25519_dalek::SigningKey);

    impl Sign for Key {
        fn public_key(&self) -> PublicKey {
            PublicKey(self.0.verifying_key().to_bytes())
        }
        fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
            use ed25519_dalek::Signer as _;
            Signature(self.0.sign(&domain.message(message)).to_bytes())
        }
    }

    fn seal_key(fill: u8) -> SealKey {
        SealKey::from_bytes(Zeroizing::new([fill; 32])).unwrap()
    }

    fn stick(parts: u32) -> (tempfile::TempDir, FolderWriter, SealKey) {
        let folder = tempfile::tempdir().unwrap();
        let key = seal_key(3);
        let mut writer = FolderWriter::create(folder.path(), Uuid::from_u128(9), key.public()).unwrap();
        for number in 1..=parts {
            let text = format!("note {number}");
            assert_eq!(writer.add(&Part::of(Message::Note(text))).unwrap(), number);
        }
        (folder, writer, key)
    }

    fn close(writer: FolderWriter) {
        let signer = Key(ed25519_dalek::SigningKey::from_bytes(&[1; 32]));
        writer.close(&signer, 5, Some([8; 32]), None).unwrap();
    }

    #[test]
    fn a_parcel_comes_back_whole_and_shows_nothing_outside() {
        let (folder, writer, key) = stick(3);
        close(writer);
        let found = read_folder(folder.path(), &key).unwrap();
        assert_eq!((found.len(), found[0].broken.len()), (1, 0));
        assert_eq!(found[0].opening.as_ref().unwrap().known, 5);
        assert_eq!(found[0].numbers(), [1, 2, 3]);
        assert_eq!(found[0].open(2, &key).unwrap().message, Message::Note("note 2".into()));
        for entry in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(4).any(|window| window == b"note"));
        }
        assert!(read_folder(folder.path(), &seal_key(4)).unwrap().is_empty());
    }

    #[test]
    fn a_broken_a_cut_and_a_missing_file_are_named_and_the_others_survive() {
        let (folder, writer, key) = stick(4);
        close(writer);
        let path = |number| {
            let receiver = Digest([0; 32]);
            folder.path().join(Frame { parcel: Uuid::from_u128(9), number, receiver }.file_name())
        };
        let mut bytes = fs::read(path(1)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(path(1), &bytes).unwrap();
        let cut = fs::read(path(2)).unwrap();
        fs::write(path(2), &cut[..cut.len() - 1]).unwrap();
        fs::remove_file(path(3)).unwrap();
        let found = read_folder(folder.path(), &key).unwrap().remove(0);
        let mut broken: Vec<_> = found.broken.iter().map(|part| part.code).collect();
        broken.sort_unstable();
        assert_eq!(broken, ["cut_off", "missing"]);
        assert_eq!(found.open(1, &key).unwrap_err().code(), "damaged");
        assert_eq!(found.open(2, &key).unwrap_err().code(), "damaged");
        assert_eq!(found.open(4, &key).unwrap().message, Message::Note("note 4".into()));
    }

    #[test]
    fn a_stick_pulled_too_early_shows_as_a_parcel_without_opening() {
        let (folder, writer, key) = stick(2);
        drop(writer);
        let found = read_folder(folder.path(), &key).unwrap().remove(0);
        assert!(found.opening.is_none());
        assert_eq!(found.broken[0].code, "missing");
        assert_eq!(found.numbers(), [1, 2]);
    }

    #[test]
    fn a_renamed_file_does_not_pass_for_another() {
        let (folder, writer, key) = stick(2);
        close(writer);
        let name = |number| {
            let receiver = Digest([0; 32]);
            folder.path().join(Frame { parcel: Uuid::from_u128(9), number, receiver }.file_name())
        };
        fs::rename(name(2), name(1)).unwrap();
        let found = read_folder(folder.path(), &key).unwrap().remove(0);
        assert!(found.broken.iter().any(|part| part.code == "other_file"));
        assert!(found.open(1, &key).is_err());
    }
}
