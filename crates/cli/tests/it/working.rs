//! The program at its work: what goes in comes out, and a script can read it.

use crate::township::{Scene, WORDS, run, run_with};

#[test]
fn a_note_from_standard_input_is_kept_as_it_was_typed() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let start = ["matter", "start", "--start", "patrol", "--title", "占道", "--place", "一号路"];
    let matter = run(&home, &start, "").object()["id"].as_str().unwrap().to_owned();
    let text = "第一行，占地约 3 平方米。\n第二行 “引号” <b> 𠮷";
    let added = run(&home, &["note", "add", "--matter", &matter, "--text", "-"], text);
    assert_eq!(added.object()["text"], text);
    let listed = run(&home, &["note", "list", "--matter", &matter], "");
    assert_eq!((listed.lines.len(), listed.lines[0]["text"].as_str()), (1, Some(text)));
    let hits = run(&home, &["search", "平方米"], "");
    assert_eq!(hits.lines[0]["id"], matter.as_str());
    let hash = added.object()["entry"].as_str().unwrap().to_owned();
    assert_eq!(run(&home, &["receipt", "show", &hash], "").object()["missing"], 1);
    run(&home, &["sync"], "").object();
    let out = scene.folder.path().join("note.tlog-proof");
    let receipt = run(&home, &["receipt", "show", &hash, "--out", out.to_str().unwrap()], "");
    assert_eq!(receipt.object()["missing"], 0);
    assert!(std::fs::read_to_string(&out).unwrap().starts_with("c2sp.org/tlog-proof@v1\n"));
    let again = run(&home, &["receipt", "show", &hash, "--out", out.to_str().unwrap()], "");
    assert_eq!(again.failure()["code"], "file_exists");
}

#[test]
fn a_photo_tells_its_time_and_place_through_the_hidden_child() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    // The smallest MP4 header there is: `ftyp`, and `moov` with an `mvhd` of 2026-11-23 00:10:00 UTC.
    let mut file = Vec::new();
    file.extend([0, 0, 0, 16]);
    file.extend(b"ftypisom");
    file.extend([0, 0, 2, 0]);
    let mut header = vec![0; 100];
    header[4..8].copy_from_slice(&3_878_237_400_u32.to_be_bytes());
    header[8..12].copy_from_slice(&3_878_237_400_u32.to_be_bytes());
    header[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    header[16..20].copy_from_slice(&5000_u32.to_be_bytes());
    file.extend(116_u32.to_be_bytes());
    file.extend(b"moov");
    file.extend(108_u32.to_be_bytes());
    file.extend(b"mvhd");
    file.extend(header);
    let path = scene.file("DEV0001_20261123081000_0001.MP4", &file);
    let preview = run(&home, &["media", "import", "--preview", &path], "");
    assert_eq!(preview.object()["files"][0]["mime"], "video/mp4", "{preview:?}");
    let done = run(&home, &["media", "import", &path, "--offset", "-460"], "");
    let media = &done.object()["files"][0]["media"];
    assert_eq!(media["device"], "DEV0001");
    assert_eq!(media["captured_at"], "2026-11-23T00:02:20Z", "{media}");
    assert_eq!(run(&home, &["media", "list", "--unlinked"], "").lines.len(), 1);
}

#[test]
fn a_second_officer_of_a_laptop_brings_an_own_passphrase() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let code = scene.invite("执法员二");
    let both = [("LIUHEN_PASSPHRASE", WORDS), ("LIUHEN_NEW_PASSPHRASE", "另一句长长的口令")];
    run_with(&home, &["enrol", "--township", &scene.url, "--code", &code], "", &both).object();
    let two = [("LIUHEN_PASSPHRASE", "另一句长长的口令")];
    let status = run_with(&home, &["--officer", "执法员二", "status"], "", &two);
    assert_eq!(status.object()["home"]["officer"]["name"], "执法员二");
    let crossed = run(&home, &["--officer", "执法员二", "status"], "");
    assert_eq!(crossed.failure()["code"], "wrong_passphrase");
}

#[test]
fn the_passphrase_is_nowhere_on_the_disk_and_nowhere_in_the_answer() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let status = run(&home, &["status"], "");
    assert!(!format!("{status:?}").contains(WORDS));
    let mut open = vec![home];
    while let Some(folder) = open.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for secret in [WORDS, "执法员一"] {
                let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!found, "{secret} in {}", path.display());
            }
        }
    }
}
