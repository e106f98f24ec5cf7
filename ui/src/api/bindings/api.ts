// Made from crates/app/src/api.rs by the test `typescript_bindings_are_fresh`.
// Do not edit: LIUHEN_BLESS=1 cargo test -p liuhen-app bindings

/**
 * Note that a person has looked at a warning about the township.
 */
export type AcceptWarning = { 
/**
 * Warning id.
 */
warning: string, };

/**
 * Add a note; it is corrected only by a following note.
 */
export type AddNote = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Text.
 */
text: string, 
/**
 * Hash of the note it corrects.
 */
corrects?: string | null, };

/**
 * Registers an outside witness, or changes its address.
 */
export type AddWitness = { 
/**
 * What people call it.
 */
name: string, 
/**
 * Its verifier key.
 */
key: string, 
/**
 * Where it is asked; none if files are carried.
 */
url?: string | null, };

/**
 * Something that people must look at, counted.
 */
export type AlarmLine = { 
/**
 * Stable code.
 */
code: string, 
/**
 * How often.
 */
count: number, };

/**
 * Answer a finding on record.
 */
export type AnswerFinding = { 
/**
 * Finding id.
 */
finding: string, 
/**
 * Answer.
 */
answer: string, };

/**
 * A failed command.
 */
export type ApiError = { 
/**
 * Stable code, the last part of the string key `error.<code>` or `refusal.<code>`.
 */
code: string, 
/**
 * Sentence for people, Chinese.
 */
message: string, 
/**
 * Technical detail without personal data; for a refusal the article.
 */
detail: string | null, 
/**
 * Values of the sentence's places, for another language.
 */
values: { [key in string]: string }, };

/**
 * Stamp the arrival.
 */
export type Arrive = { 
/**
 * Matter id.
 */
matter: string, };

/**
 * The newest backup written at the township.
 */
export type BackupLine = { 
/**
 * When it was written.
 */
at: string, 
/**
 * Whole days since then.
 */
days: number, 
/**
 * Entries of the log that it does not hold.
 */
missing: string, 
/**
 * Bytes.
 */
bytes: Size, };

/**
 * Result of checking a bundle.
 */
export type BundleCheck = { 
/**
 * Folder.
 */
folder: string, 
/**
 * Whether everything that is there is right, and nothing is missing or added.
 */
sound: boolean, 
/**
 * Whether every entry has a receipt of the township.
 */
witnessed: boolean, 
/**
 * Matter.
 */
matter: string | null, 
/**
 * Name of the township in the note.
 */
township: string | null, 
/**
 * Hash of the root key that signed the note, base64; compare it with the notice board.
 */
root_pin: string | null, 
/**
 * Entries checked.
 */
entries: number, 
/**
 * Receipts checked.
 */
receipts: number, 
/**
 * Media originals checked.
 */
media: number, 
/**
 * Files checked.
 */
files: number, 
/**
 * Faults.
 */
faults: Array<Fault>, 
/**
 * The state in a sentence.
 */
sentence: string, };

/**
 * Record a check of a body camera before duty.
 */
export type CameraCheck = { 
/**
 * Device number.
 */
number: string, 
/**
 * Who carries it: id or name; the officer who unlocked when absent.
 */
carried_by?: string | null, 
/**
 * Battery is fine.
 */
battery: boolean, 
/**
 * Card is fine.
 */
card: boolean, 
/**
 * Clock is right.
 */
clock: boolean, };

/**
 * A camera check or a missing recording.
 */
export type CameraLine = { 
/**
 * Hash of the entry.
 */
entry: string, 
/**
 * Device number; null for a missing recording without one.
 */
number: string | null, 
/**
 * Who carried it.
 */
carried_by: OfficerName | null, 
/**
 * Battery was fine.
 */
battery: boolean | null, 
/**
 * Card was fine.
 */
card: boolean | null, 
/**
 * Clock was right.
 */
clock: boolean | null, 
/**
 * Whether it was handed back whole; null for other lines.
 */
returned_sound: boolean | null, 
/**
 * Reason for a missing or interrupted recording, or the note of a handing back.
 */
reason: string | null, 
/**
 * Matter whose recording is missing.
 */
matter: string | null, 
/**
 * When recorded.
 */
recorded_at: string, };

/**
 * Give the reason for a missing or interrupted recording.
 */
export type CameraMissing = { 
/**
 * Matter without recording.
 */
matter?: string | null, 
/**
 * Device number.
 */
number?: string | null, 
/**
 * Reason.
 */
reason: string, };

/**
 * Record that a camera was handed back after duty.
 */
export type CameraReturn = { 
/**
 * Device number.
 */
number: string, 
/**
 * Camera and card are whole.
 */
sound: boolean, 
/**
 * What is not in order; needed when it is not whole.
 */
note?: string | null, };

/**
 * One camera as its ledger leaves it now.
 */
export type CameraView = { 
/**
 * Device number.
 */
number: string, 
/**
 * Whether it is out.
 */
out: boolean, 
/**
 * Who carried it last.
 */
carried_by: OfficerName | null, 
/**
 * When it was checked out last.
 */
checked_at: string | null, 
/**
 * Files here that it made.
 */
files: number, 
/**
 * The clock offset last stated for it, seconds: true time = device time + offset.
 */
offset_seconds: number | null, };

/**
 * The camera ledger.
 */
export type CamerasView = { 
/**
 * The cameras, by number.
 */
cameras: Array<CameraView>, 
/**
 * Newest first.
 */
lines: Array<CameraLine>, };

/**
 * Ask a job to stop.
 */
export type CancelJob = { 
/**
 * Job id.
 */
job: string, };

/**
 * Where the capture time was read.
 */
export type CaptureSource = "mp4" | "exif" | "file" | "none";

/**
 * A card that was read.
 */
export type CardView = { 
/**
 * Names the card when the party is set.
 */
card: string, 
/**
 * Name.
 */
name: string, 
/**
 * Number with its middle hidden.
 */
number: string, };

/**
 * Change the passphrase of the officer who unlocked.
 */
export type ChangePassphrase = { 
/**
 * Passphrase until now.
 */
old: string, 
/**
 * Passphrase from now on.
 */
new: string, };

/**
 * Replace the own phrases.
 */
export type ChangePhrases = { 
/**
 * The list from now on; the shipped one when absent.
 */
phrases?: Array<Phrase> | null, };

/**
 * Change settings; what is absent stays.
 */
export type ChangeSettings = { 
/**
 * Minutes without use after which the home locks itself; 0 for never.
 */
lock_after_minutes?: number | null, 
/**
 * Whether to sync by itself.
 */
sync_automatically?: boolean | null, 
/**
 * Whether sync is paused.
 */
sync_paused?: boolean | null, 
/**
 * Bandwidth limit in kbit/s; 0 for none.
 */
limit_kbit?: number | null, 
/**
 * Whether only text is sent.
 */
text_only?: boolean | null, 
/**
 * Days before a local copy may be erased.
 */
keep_days?: number | null, 
/**
 * Whether imports compute SHA-256 first and SM3 afterwards, in the background.
 */
sm3_later?: boolean | null, 
/**
 * `zh-CN` or `en`.
 */
language?: string | null, 
/**
 * Colours.
 */
theme?: Theme | null, 
/**
 * Size of text.
 */
text_size?: TextSize | null, };

/**
 * What changed since a revision, so that a screen fetches again.
 */
export type ChangesView = { 
/**
 * Counter that grows with each commit, ingest, lock and step of a job.
 */
revision: number, 
/**
 * Counter that grows with each commit and ingest only.
 */
record: number, 
/**
 * Whether the home is open.
 */
open: boolean, };

/**
 * Read a file's bytes again. Answers with a job.
 */
export type CheckMedia = { 
/**
 * Media id.
 */
media: string, };

/**
 * A checkpoint the laptop has verified.
 */
export type CheckpointView = { 
/**
 * Tree size, decimal string.
 */
size: string, 
/**
 * Root hash, base64.
 */
root: string, 
/**
 * Time by the township's clock.
 */
signed_at: string | null, 
/**
 * Tree size up to which outside witnesses cosigned, decimal string.
 */
witnessed_up_to: string | null, };

/**
 * Empty a camera or card of what the township holds. Answers with a job.
 */
export type ClearCamera = { 
/**
 * Folders or files of the camera.
 */
paths: Array<string>, 
/**
 * Erase; without it only say what could be erased.
 */
really: boolean, };

/**
 * What clearing a camera did, or could do.
 */
export type ClearOutcome = { 
/**
 * Whether files were erased, or only looked at.
 */
really: boolean, 
/**
 * Files that the township holds: erased, or to be erased.
 */
cleared: Array<string>, 
/**
 * Their bytes.
 */
size: Size, 
/**
 * Files that stay, each with its reason.
 */
kept: Array<UnreadablePath>, };

/**
 * The camera wrote local time into a field that means UTC: shown as a plain question.
 */
export type ClockProposal = { 
/**
 * Offset to use, seconds: true time = device time + offset.
 */
offset_seconds: number, 
/**
 * The sentence for the officer.
 */
sentence: string, };

/**
 * Close a matter with a result.
 */
export type CloseMatter = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Result.
 */
result: MatterResult, 
/**
 * Day of the re-check, `YYYY-MM-DD`.
 */
until?: string | null, };

/**
 * Input and view of every command, for TypeScript.
 */
export type Commands = { 
/**
 * Whether the home can be used, and by whom. Works locked.
 */
home_state: [Nothing, HomeView], 
/**
 * Unlock the home.
 */
unlock: [Unlock, HomeView], 
/**
 * Lock the home: keys are dropped, addresses of media become void.
 */
lock: [Nothing, HomeView], 
/**
 * Enrol an officer on this laptop. Works locked and on a fresh home.
 */
enrol: [Enrol, HomeView], 
/**
 * Open the data with the recovery key. Works locked.
 */
recover: [Recover, HomeView], 
/**
 * Change one's passphrase.
 */
change_passphrase: [ChangePassphrase, Done], 
/**
 * Officers known here.
 */
officers: [Nothing, OfficersView], 
/**
 * Settings of this home.
 */
settings: [Nothing, SettingsView], 
/**
 * Change settings.
 */
change_settings: [ChangeSettings, SettingsView], 
/**
 * Figures of this home.
 */
status: [Nothing, StatusView], 
/**
 * A folder of this machine, for choosing files in a browser.
 */
folder: [ListFolder, FolderView], 
/**
 * What changed; poll it, or listen to the desk's events.
 */
changes: [Nothing, ChangesView], 
/**
 * The desk's first page.
 */
today: [Nothing, TodayView], 
/**
 * Begin a patrol, an inspection or a complaint visit.
 */
start_matter: [StartMatter, MatterView], 
/**
 * One matter.
 */
matter: [OpenMatter, MatterView], 
/**
 * Matters.
 */
matters: [ListMatters, MattersView], 
/**
 * Record that the certificate was shown.
 */
show_certificate: [ShowCertificate, MatterView], 
/**
 * Record that rights were told.
 */
tell_rights: [TellRights, MatterView], 
/**
 * Name the party.
 */
set_party: [SetParty, MatterView], 
/**
 * Add a note.
 */
add_note: [AddNote, MatterView], 
/**
 * Name or change the second officer.
 */
name_second: [NameSecond, MatterView], 
/**
 * Confirm as second officer, by the own key.
 */
confirm: [Confirm, MatterView], 
/**
 * Explain a missing confirmation.
 */
explain_confirmation: [ExplainConfirmation, MatterView], 
/**
 * Hand a matter to another officer.
 */
hand_over: [HandOver, MatterView], 
/**
 * Close a matter.
 */
close_matter: [CloseMatter, MatterView], 
/**
 * Void a matter.
 */
void_matter: [VoidMatter, MatterView], 
/**
 * Choose between contradicting decisions.
 */
resolve_contradiction: [ResolveContradiction, MatterView], 
/**
 * What the screen on site begins with.
 */
onsite: [Nothing, OnsiteView], 
/**
 * Record a patrol in one act.
 */
record_patrol: [RecordPatrol, MatterView], 
/**
 * Stamp the arrival.
 */
arrive: [Arrive, MatterView], 
/**
 * Stamp the departure.
 */
leave: [Leave, MatterView], 
/**
 * Keep a drawn signature.
 */
sign: [SignMatter, MatterView], 
/**
 * Record a refusal to sign.
 */
refuse_to_sign: [RefuseToSign, MatterView], 
/**
 * Past parties.
 */
parties: [FindParties, PartiesView], 
/**
 * The own phrases.
 */
phrases: [Nothing, PhrasesView], 
/**
 * Replace the own phrases.
 */
change_phrases: [ChangePhrases, PhrasesView], 
/**
 * Unlock the second officer's key for this session, with a PIN.
 */
ready_second: [ReadySecond, OnsiteView], 
/**
 * Forget the second officer's key.
 */
release_second: [Nothing, OnsiteView], 
/**
 * Read the card on the reader.
 */
read_card: [Nothing, CardView], 
/**
 * Set where the reader answers.
 */
set_reader: [SetReader, OnsiteView], 
/**
 * Where files may come from: plugged-in volumes, the watched folder, an unfinished import.
 */
media_sources: [Nothing, SourcesView], 
/**
 * Keep a folder in view.
 */
watch_folder: [WatchFolder, SourcesView], 
/**
 * Forget an import that was stopped before its end.
 */
forget_import: [Nothing, SourcesView], 
/**
 * Take bytes without a path into the vault, to be imported.
 */
stage: [StageBytes, StagedFile], 
/**
 * Let staged files go.
 */
unstage: [DropStaged, Done], 
/**
 * Look at files before importing.
 */
import_preview: [PreviewImport, ImportPreview], 
/**
 * Import files; a job.
 */
import: [ImportMedia, JobView], 
/**
 * Media.
 */
media_list: [ListMedia, MediaList], 
/**
 * One file, with an address to play it.
 */
media: [OpenMedia, MediaDetail], 
/**
 * Addresses of small pictures.
 */
thumbnails: [ListThumbnails, Thumbnails], 
/**
 * Link a file to a matter.
 */
link: [LinkMedia, MediaView], 
/**
 * Take back a link.
 */
unlink: [UnlinkMedia, MediaView], 
/**
 * Mark a file, or a moment of it.
 */
mark: [MarkMedia, MediaView], 
/**
 * Keep a still of a film, with its origin.
 */
save_still: [SaveStill, MediaView], 
/**
 * Play a file with a program of this machine.
 */
play_outside: [OpenMedia, PlayedOutside], 
/**
 * Empty a camera of what the township holds; a job.
 */
clear_camera: [ClearCamera, JobView], 
/**
 * Erase a local copy.
 */
erase: [EraseMedia, MediaView], 
/**
 * Read a file's bytes again; a job.
 */
check_media: [CheckMedia, JobView], 
/**
 * Compute the SM3 that imports put off; a job.
 */
digest_media: [Nothing, JobView], 
/**
 * Write an original to a path.
 */
save_media: [SaveMedia, SavedFile], 
/**
 * Begin a draft.
 */
draft_new: [NewDraft, DraftView], 
/**
 * One draft.
 */
draft: [OpenDraft, DraftView], 
/**
 * Drafts.
 */
drafts: [ListDrafts, DraftsView], 
/**
 * Save changed fields.
 */
draft_set: [SetDraft, DraftView], 
/**
 * Choose between two texts of a field.
 */
draft_resolve: [ResolveDraft, DraftView], 
/**
 * Unsaved typing of a place.
 */
working_copy: [OpenWorkingCopy, WorkingCopy], 
/**
 * Keep unsaved typing; call it within a second of a key.
 */
keep_working_copy: [KeepWorkingCopy, WorkingCopy], 
/**
 * Search.
 */
search: [Search, SearchView], 
/**
 * Findings.
 */
findings: [ListFindings, FindingsView], 
/**
 * Answer a finding.
 */
answer_finding: [AnswerFinding, FindingView], 
/**
 * Record a camera check.
 */
camera_check: [CameraCheck, CamerasView], 
/**
 * Record that a camera was handed back.
 */
camera_return: [CameraReturn, CamerasView], 
/**
 * Give the reason for a missing recording.
 */
camera_missing: [CameraMissing, CamerasView], 
/**
 * Camera ledger.
 */
cameras: [Nothing, CamerasView], 
/**
 * The running shift.
 */
shift: [Nothing, ShiftView], 
/**
 * End the shift with a signed statement.
 */
end_shift: [Nothing, ShiftView], 
/**
 * Sync; a job.
 */
sync: [SyncNow, JobView], 
/**
 * State of sync.
 */
sync_status: [Nothing, SyncStatus], 
/**
 * Note that a person has looked at a warning.
 */
accept_warning: [AcceptWarning, SyncStatus], 
/**
 * Set aside entries that can never be sent, with a reason; a person has decided.
 */
set_aside_tail: [SetAsideTail, SyncStatus], 
/**
 * Follow the township's new log after a disaster; a person has confirmed it.
 */
follow_new_log: [Nothing, SyncStatus], 
/**
 * What those who run the township must see.
 */
oversight: [Nothing, OversightView], 
/**
 * Make a code for one officer.
 */
invite_officer: [InviteOfficer, InvitationView], 
/**
 * Give an officer a further role.
 */
grant_role: [GrantRole, OversightView], 
/**
 * Take a role back.
 */
withdraw_role: [WithdrawRole, OversightView], 
/**
 * End the right of keys.
 */
revoke_keys: [RevokeKeys, OversightView], 
/**
 * Admit or decline late entries.
 */
judge_late: [JudgeLate, OversightView], 
/**
 * Register an outside witness.
 */
add_witness: [AddWitness, OversightView], 
/**
 * Receipts.
 */
receipt: [ShowReceipt, ReceiptView], 
/**
 * Verify the home; a job.
 */
verify: [VerifyHome, JobView], 
/**
 * Write the reading copy of a matter to a path.
 */
save_summary: [SaveSummary, SavedFile], 
/**
 * Note that a matter's summary is printed.
 */
print_summary: [OpenMatter, Done], 
/**
 * Write a bundle; a job.
 */
export: [ExportMatter, JobView], 
/**
 * Check a bundle; a job. Works locked.
 */
verify_bundle: [VerifyBundle, JobView], 
/**
 * Rebuild all documents from the journal.
 */
rebuild: [Nothing, RebuildOutcome], 
/**
 * Put the vault in order after an interrupted import.
 */
sweep: [Nothing, SweepOutcome], 
/**
 * One job.
 */
job: [OpenJob, JobView], 
/**
 * Jobs of this run.
 */
jobs: [Nothing, JobsView], 
/**
 * Ask a job to stop.
 */
cancel_job: [CancelJob, JobView], };

/**
 * The second officer confirms entries by the own key.
 */
export type Confirm = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Hashes of the entries confirmed; all unconfirmed ones when empty.
 */
entries?: Array<string>, 
/**
 * Second officer, when another person has unlocked the desk: id or name.
 */
officer?: string | null, 
/**
 * That officer's passphrase, used for this act only.
 */
passphrase?: string | null, 
/**
 * Instead: the PIN that officer set for this session.
 */
pin?: string | null, };

/**
 * Two decisions of which neither saw the other.
 */
export type ContradictionView = { 
/**
 * Hashes of the contradicting entries.
 */
entries: Array<string>, };

/**
 * A position on earth, WGS 84, in decimal degrees.
 */
export type Coordinates = { 
/**
 * North is positive, e.g. `30.1708000`.
 */
latitude: string, 
/**
 * East is positive, e.g. `121.2660000`.
 */
longitude: string, };

/**
 * Where the bytes of an entry or a file stand, seen from this laptop.
 */
export type Custody = "waiting" | "held" | "pending";

/**
 * The offset that was stated for a camera the last time.
 */
export type DeviceClock = { 
/**
 * Camera number.
 */
device: string, 
/**
 * Offset: true time = device time + offset, seconds.
 */
offset_seconds: number, 
/**
 * When it was stated.
 */
stated_at: string, };

/**
 * Result of computing the SM3 that imports put off.
 */
export type DigestOutcome = { 
/**
 * Files whose SM3 was computed and recorded.
 */
done: number, 
/**
 * Files that still wait: their bytes are elsewhere or damaged.
 */
pending: number, };

/**
 * Answer of a command that has nothing to show.
 */
export type Done = { 
/**
 * Always true: a failure is an error, never `false`.
 */
done: boolean, };

/**
 * One point of a stroke.
 */
export type Dot = { 
/**
 * From the left, in points of the canvas.
 */
x: number, 
/**
 * From the top.
 */
y: number, 
/**
 * Milliseconds since the first stroke began.
 */
t: number, 
/**
 * Pressure in thousandths; 0 where the device tells none.
 */
p: number, };

/**
 * A named field of a draft.
 */
export type DraftField = { 
/**
 * Name.
 */
name: string, 
/**
 * Text shown; with a conflict, that of the first version.
 */
text: string, 
/**
 * Present when two people changed it differently.
 */
conflict: FieldConflict | null, };

/**
 * A draft in a list.
 */
export type DraftLine = { 
/**
 * Draft id (UUID).
 */
id: string, 
/**
 * Matter it belongs to.
 */
matter: string, 
/**
 * Title.
 */
title: string, 
/**
 * Who began it.
 */
officer: OfficerName, 
/**
 * When it was last revised.
 */
changed_at: string, 
/**
 * Number of fields two people changed differently.
 */
conflicts: number, 
/**
 * Where its entries stand.
 */
custody: Custody, };

/**
 * The whole of a draft.
 */
export type DraftView = { 
/**
 * Draft id (UUID), the same as in `line`.
 */
id: string, 
/**
 * As in a list.
 */
line: DraftLine, 
/**
 * Fields by name.
 */
fields: Array<DraftField>, 
/**
 * Hashes of the newest revisions: give them back as `base` when saving.
 */
heads: Array<string>, 
/**
 * Number of revisions.
 */
revisions: number, };

/**
 * A list of drafts.
 */
export type DraftsView = { 
/**
 * Newest first.
 */
drafts: Array<DraftLine>, };

/**
 * A drawn signature as its strokes tell it.
 */
export type Drawing = { 
/**
 * Width of the canvas.
 */
width: number, 
/**
 * Height of the canvas.
 */
height: number, 
/**
 * When the first stroke began, by this laptop's clock, RFC 3339.
 */
started_at: string, 
/**
 * Strokes in the order drawn.
 */
strokes: Array<Array<Dot>>, };

/**
 * Let staged files go that nobody wants to import.
 */
export type DropStaged = { 
/**
 * Their paths, `staged:…`.
 */
paths: Array<string>, };

/**
 * A matter to be looked at again (复查).
 */
export type DueLine = { 
/**
 * The matter that was closed so.
 */
matter: MatterLine, 
/**
 * The day of the re-check, `YYYY-MM-DD`.
 */
until: string, 
/**
 * Days until then; negative when overdue.
 */
days: number, };

/**
 * Enrol an officer on this laptop by a code of the township.
 */
export type Enrol = { 
/**
 * Address of the township, e.g. `https://192.0.2.1:8443`.
 */
township: string, 
/**
 * Enrolment code.
 */
code: string, 
/**
 * Passphrase to protect the new key.
 */
passphrase: string, 
/**
 * Name of this laptop; made up when absent.
 */
device?: string | null, };

/**
 * Erase the local copy of a file that the township holds.
 */
export type EraseMedia = { 
/**
 * Media id.
 */
media: string, 
/**
 * Reason.
 */
reason?: string | null, 
/**
 * Path of a second copy (a card, a disk), which is read and compared.
 */
second_copy?: string | null, };

/**
 * Explain why the second officer cannot confirm.
 */
export type ExplainConfirmation = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Reason.
 */
reason: string, };

/**
 * Write the bundle of a matter. Answers with a job.
 */
export type ExportMatter = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Folder to write; must not exist or be empty.
 */
out: string, };

/**
 * A written bundle.
 */
export type ExportOutcome = { 
/**
 * Matter.
 */
matter: string, 
/**
 * Folder.
 */
folder: string, 
/**
 * Entries in it.
 */
entries: number, 
/**
 * Of these, with a receipt.
 */
receipts: number, 
/**
 * Media originals in it.
 */
media: number, 
/**
 * Media known but not on this laptop, so not in it.
 */
missing_media: number, 
/**
 * Bytes of the payload.
 */
size: Size, 
/**
 * The state in a sentence.
 */
sentence: string, };

/**
 * A fault found by verification.
 */
export type Fault = { 
/**
 * Code, e.g. `bad_signature`.
 */
code: string, 
/**
 * What it concerns: entry hash, file digest or path.
 */
subject: string, 
/**
 * Hash of the entry, where one is concerned.
 */
entry: string | null, 
/**
 * SHA-256 of the media file, where one is concerned.
 */
media: string | null, 
/**
 * Damaged 4 MiB block of the media file, from 0.
 */
block: number | null, 
/**
 * Damaged page of the database.
 */
page: number | null, 
/**
 * The sentence for people.
 */
message: string, };

/**
 * Two texts for one field: a person chooses.
 */
export type FieldConflict = { 
/**
 * Text both began from.
 */
ancestor: string | null, 
/**
 * The texts to choose from.
 */
versions: Array<FieldVersion>, };

/**
 * One of several texts of a field.
 */
export type FieldVersion = { 
/**
 * Hash of the revision; empty for the common ancestor before any revision.
 */
entry: string, 
/**
 * Text; null when the revision removed the field.
 */
text: string | null, 
/**
 * Author.
 */
officer: OfficerName, 
/**
 * When recorded.
 */
recorded_at: string, };

/**
 * How far one file of a job is.
 */
export type FileState = "waiting" | "running" | "done" | "already" | "failed";

/**
 * Find past parties.
 */
export type FindParties = { 
/**
 * Part of a name or number; the latest ones when empty.
 */
text?: string, 
/**
 * Instead: the party of this matter, with its other matters.
 */
matter?: string | null, 
/**
 * A matter that is left out: the one at hand.
 */
without?: string | null, };

/**
 * Answer on record.
 */
export type FindingAnswer = { 
/**
 * Text.
 */
text: string, 
/**
 * Author.
 */
officer: OfficerName, 
/**
 * When recorded.
 */
recorded_at: string, };

/**
 * How much a finding asks for.
 */
export type FindingLevel = "act" | "remind";

/**
 * A finding.
 */
export type FindingView = { 
/**
 * Stable id: SHA-256 of rule and causes, 64 hex.
 */
id: string, 
/**
 * Rule, the last part of its string key `finding.<rule>`.
 */
rule: string, 
/**
 * How much it asks for.
 */
level: FindingLevel, 
/**
 * The sentence for people.
 */
sentence: string, 
/**
 * Values of the sentence's places, for another language.
 */
values: { [key in string]: string }, 
/**
 * Article it rests on, as cited.
 */
article: string | null, 
/**
 * Matter it belongs to.
 */
matter: string | null, 
/**
 * Title of that matter.
 */
matter_title: string | null, 
/**
 * File it belongs to.
 */
media: string | null, 
/**
 * When it arose.
 */
since: string | null, 
/**
 * Answer, when given.
 */
answer: FindingAnswer | null, };

/**
 * A list of findings.
 */
export type FindingsView = { 
/**
 * Unanswered first, then 需处理 before 仅提醒.
 */
findings: Array<FindingView>, };

/**
 * Something in a folder.
 */
export type FolderItem = { 
/**
 * Name.
 */
name: string, 
/**
 * Full path, as `import` takes it.
 */
path: string, 
/**
 * Whether it is a folder.
 */
folder: boolean, 
/**
 * Size of a file.
 */
size: Size, 
/**
 * When it was last changed.
 */
changed_at: string | null, };

/**
 * A folder of this machine, for choosing files where there is no system dialog.
 */
export type FolderView = { 
/**
 * Path of the folder shown.
 */
path: string, 
/**
 * Path of the folder above.
 */
parent: string | null, 
/**
 * Folders first, then files, by name; hidden ones left out.
 */
items: Array<FolderItem>, };

/**
 * A further role, or new facts of the certificate.
 */
export type GrantRole = { 
/**
 * Officer id.
 */
officer: string, 
/**
 * Role.
 */
role: Role, 
/**
 * Number of the certificate, if it changed.
 */
certificate?: string | null, 
/**
 * Last valid day, if it changed, `YYYY-MM-DD`.
 */
valid_until?: string | null, };

/**
 * Hand a matter to another officer.
 */
export type HandOver = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Officer: id or name.
 */
to: string, 
/**
 * Reason.
 */
reason?: string | null, };

/**
 * What a hit is.
 */
export type HitKind = "matter" | "media" | "draft" | "camera" | "other";

/**
 * Whether the home can be used.
 */
export type HomeState = "fresh" | "locked" | "open";

/**
 * What the shell needs to know before and after unlocking.
 */
export type HomeView = { 
/**
 * Whether the home can be used.
 */
state: HomeState, 
/**
 * Officers who can unlock it.
 */
key_holders: Array<KeyHolder>, 
/**
 * Who has unlocked it.
 */
officer: OfficerView | null, 
/**
 * The township, known only when open.
 */
township: TownshipView | null, 
/**
 * Seconds to wait before the next passphrase is tried; 0 when none.
 */
wait_seconds: number, 
/**
 * Minutes without use after which the home locks itself; 0 when never.
 */
lock_after_minutes: number, 
/**
 * Version of the program.
 */
version: string, 
/**
 * `zh-CN` or `en`.
 */
language: string, 
/**
 * Colours.
 */
theme: Theme, 
/**
 * Size of text.
 */
text_size: TextSize, };

/**
 * A file before import.
 */
export type ImportCandidate = { 
/**
 * Path.
 */
path: string, 
/**
 * File name.
 */
name: string, 
/**
 * Size.
 */
size: Size, 
/**
 * MIME type guessed from its first bytes.
 */
mime: string, 
/**
 * What it can be shown as.
 */
kind: MediaKind, 
/**
 * Capture time as the device says, with the offset asked for.
 */
captured_at: string | null, 
/**
 * Where the capture time was read.
 */
capture_source: CaptureSource, 
/**
 * Length.
 */
duration_ms: number | null, 
/**
 * Position.
 */
coordinates: Coordinates | null, 
/**
 * Recording it is a part of, by file name.
 */
group: string | null, 
/**
 * Camera number, as the file tells it.
 */
device: string | null, 
/**
 * Offered clock offset.
 */
proposal: ClockProposal | null, 
/**
 * The matter it belongs to by its time, for a person to decide.
 */
matter: MatterOffer | null, 
/**
 * A file of this name and size is here already.
 */
known: boolean, 
/**
 * A picture that tells nothing of its taking: 转存照片, 无原始信息.
 */
transferred: boolean, };

/**
 * Where one file of an import belongs.
 */
export type ImportInto = { 
/**
 * Path as the preview gave it.
 */
path: string, 
/**
 * Matter to link it to; none when absent.
 */
matter?: string | null, };

/**
 * Import files. Answers with a job.
 */
export type ImportMedia = { 
/**
 * Files or folders.
 */
paths: Array<string>, 
/**
 * Matter to link them to.
 */
matter?: string | null, 
/**
 * Clock offset: true time = device time + offset.
 */
offset_seconds?: number, 
/**
 * Camera number.
 */
device?: string | null, 
/**
 * Files that belong elsewhere than `matter` says, by their path.
 */
into?: Array<ImportInto>, 
/**
 * SHA-256 with the import and SM3 afterwards; as the settings say when absent.
 */
sm3_later?: boolean | null, };

/**
 * A finished import.
 */
export type ImportOutcome = { 
/**
 * Imported files in order.
 */
files: Array<ImportedFile>, 
/**
 * Files that failed, with the reason; the others are safe.
 */
failed: Array<UnreadablePath>, 
/**
 * Bytes copied.
 */
copied: Size, };

/**
 * What an import would do.
 */
export type ImportPreview = { 
/**
 * Files, by name.
 */
files: Array<ImportCandidate>, 
/**
 * Paths that cannot be read, with the reason as a sentence.
 */
unreadable: Array<UnreadablePath>, 
/**
 * Bytes to copy.
 */
total: Size, 
/**
 * Bytes free on the disk of the home.
 */
free: Size, 
/**
 * Whether they fit.
 */
fits: boolean, 
/**
 * The offset as a sentence, e.g. 记录仪快 7 分 40 秒.
 */
offset_sentence: string | null, 
/**
 * What was stated before about the clocks of these cameras.
 */
clocks: Array<DeviceClock>, };

/**
 * One file of a finished import.
 */
export type ImportedFile = { 
/**
 * The file.
 */
media: MediaView, 
/**
 * True when the same bytes were here already: nothing was copied.
 */
already: boolean, };

/**
 * A code for one officer. It is shown once: the township holds its hash only.
 */
export type InvitationView = { 
/**
 * Name.
 */
name: string, 
/**
 * Address to type with it.
 */
township: string, 
/**
 * The code.
 */
code: string, 
/**
 * When it ends.
 */
valid_until: string, };

/**
 * A code for one officer. A further key for an officer known already needs only `officer`.
 */
export type InviteOfficer = { 
/**
 * Id of an officer known already.
 */
officer?: string | null, 
/**
 * Name.
 */
name?: string | null, 
/**
 * Number of the certificate.
 */
certificate?: string | null, 
/**
 * Last valid day of the certificate, `YYYY-MM-DD`.
 */
valid_until?: string | null, 
/**
 * Role.
 */
role?: Role | null, 
/**
 * Agency.
 */
agency?: string | null, };

/**
 * One file of a job.
 */
export type JobFile = { 
/**
 * Its name.
 */
name: string, 
/**
 * Bytes in all.
 */
size: Size, 
/**
 * Bytes read.
 */
done: Size, 
/**
 * How far it is.
 */
state: FileState, };

/**
 * What a job does.
 */
export type JobKind = "import" | "sync" | "verify" | "export" | "verify_bundle" | "check_media" | "digest" | "clear_camera";

/**
 * What a finished job brought.
 */
export type JobResult = { "kind": "import" } & ImportOutcome | { "kind": "sync" } & SyncOutcome | { "kind": "verify" } & VerifyOutcome | { "kind": "export" } & ExportOutcome | { "kind": "verify_bundle" } & BundleCheck | { "kind": "check_media" } & MediaCheck | { "kind": "digest" } & DigestOutcome | { "kind": "clear_camera" } & ClearOutcome;

/**
 * Where a job stands.
 */
export type JobState = "running" | "stopping" | "done" | "failed" | "cancelled";

/**
 * A job.
 */
export type JobView = { 
/**
 * Job id.
 */
id: string, 
/**
 * What it does.
 */
kind: JobKind, 
/**
 * Where it stands.
 */
state: JobState, 
/**
 * What it does just now: the last part of the string key `ui.job.<step>`.
 */
step: string, 
/**
 * Name of the file in hand, when any.
 */
item: string | null, 
/**
 * Units done (bytes or entries).
 */
done: Size, 
/**
 * Units in all; null while not known.
 */
total: Size | null, 
/**
 * Files in hand: those being read and failed, then some that wait. Empty for other work.
 */
files: Array<JobFile>, 
/**
 * Files that are through.
 */
files_done: number, 
/**
 * Files in all.
 */
files_total: number, 
/**
 * When it began.
 */
started_at: string, 
/**
 * When it ended.
 */
ended_at: string | null, 
/**
 * Result, when done.
 */
result: JobResult | null, 
/**
 * Failure, when failed.
 */
error: ApiError | null, };

/**
 * Jobs of this run of the program.
 */
export type JobsView = { 
/**
 * Newest first.
 */
jobs: Array<JobView>, };

/**
 * Admits or declines entries that arrived without a right.
 */
export type JudgeLate = { 
/**
 * Admit, or decline.
 */
admit: boolean, 
/**
 * Which, by hash.
 */
entries: Array<string>, 
/**
 * Why.
 */
reason: string, };

/**
 * Keep unsaved typing.
 */
export type KeepWorkingCopy = { 
/**
 * Place in the UI.
 */
key: string, 
/**
 * Field texts; empty to forget it.
 */
fields: { [key in string]: string }, };

/**
 * An officer who can unlock this home; known before unlocking.
 */
export type KeyHolder = { 
/**
 * Officer id (UUID).
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Seconds to wait before this officer's next passphrase is tried; 0 when none.
 */
wait_seconds: number, };

/**
 * The key of one officer on one laptop.
 */
export type KeyLine = { 
/**
 * The key, by name.
 */
series: string, 
/**
 * What the laptop is called.
 */
device: string, 
/**
 * When it was enrolled.
 */
enrolled_at: string, 
/**
 * When it was last heard; its enrolment if never since.
 */
heard_at: string, 
/**
 * Whole days since then.
 */
silent_days: number, 
/**
 * Whether that is too long.
 */
silent: boolean, 
/**
 * Entries of it in the log.
 */
entries: number, 
/**
 * Set once its right ended.
 */
revoked: RevokeReason | null, 
/**
 * Whether it is the key in use here.
 */
own: boolean, };

/**
 * An entry that arrived without a right and waits for a supervisor.
 */
export type LateLine = { 
/**
 * The entry's hash.
 */
entry: string, 
/**
 * Whose key wrote it.
 */
officer: OfficerName, 
/**
 * Its kind.
 */
kind: string, 
/**
 * The matter it belongs to, when it names one.
 */
matter: string | null, 
/**
 * Title of the matter, when it is known here.
 */
title: string | null, 
/**
 * What it says, when it is known here.
 */
text: string | null, 
/**
 * When it was written by its author's clock, when it is known here.
 */
recorded_at: string | null, 
/**
 * Place in the log.
 */
index: string, };

/**
 * Stamp the departure.
 */
export type Leave = { 
/**
 * Matter id.
 */
matter: string, };

/**
 * Link a file to a matter.
 */
export type LinkMedia = { 
/**
 * Media id.
 */
media: string, 
/**
 * Matter id.
 */
matter: string, };

/**
 * List drafts.
 */
export type ListDrafts = { 
/**
 * Only those of this matter.
 */
matter?: string | null, };

/**
 * List findings.
 */
export type ListFindings = { 
/**
 * Only those of this matter.
 */
matter?: string | null, 
/**
 * With the answered ones.
 */
answered?: boolean, };

/**
 * List a folder of this machine.
 */
export type ListFolder = { 
/**
 * Path; the home folder of the user when absent.
 */
path?: string | null, };

/**
 * List matters.
 */
export type ListMatters = { 
/**
 * Only those in this state.
 */
state?: MatterState | null, 
/**
 * Only those in which the officer is lead or second.
 */
mine?: boolean, 
/**
 * At most this many; 200 when absent.
 */
limit?: number | null, 
/**
 * Only those recorded before this time.
 */
before?: string | null, };

/**
 * List media.
 */
export type ListMedia = { 
/**
 * Only those linked to this matter.
 */
matter?: string | null, 
/**
 * Only those linked to no matter.
 */
unlinked?: boolean, 
/**
 * At most this many; 200 when absent.
 */
limit?: number | null, };

/**
 * Addresses of small pictures.
 */
export type ListThumbnails = { 
/**
 * Media ids.
 */
media: Array<string>, };

/**
 * What this machine itself needs looking after.
 */
export type MachineView = { 
/**
 * This laptop's clock.
 */
now: string, 
/**
 * A later time that the township has signed: the clock of this laptop is slow.
 */
township_was: string | null, 
/**
 * Bytes that may still be written for media.
 */
free: Size, 
/**
 * Whether that is little: less than a shift of recording.
 */
low: boolean, };

/**
 * Mark a file, or one moment of it, as important.
 */
export type MarkMedia = { 
/**
 * Media id.
 */
media: string, 
/**
 * The moment, in milliseconds from the beginning; the whole file when absent.
 */
at_ms?: number | null, 
/**
 * What is to be seen there.
 */
text?: string | null, };

/**
 * An action the record allows now; the desk shows no other button.
 */
export type MatterAction = "show_certificate" | "tell_rights" | "set_party" | "add_note" | "name_second" | "confirm" | "explain_confirmation" | "hand_over" | "close_matter" | "void_matter" | "add_media" | "new_draft" | "resolve_contradiction" | "arrive" | "leave" | "sign";

/**
 * A matter in a list.
 */
export type MatterLine = { 
/**
 * Matter id (UUID).
 */
id: string, 
/**
 * 现场记录号, computed from date and id.
 */
number: string, 
/**
 * How it began.
 */
start: StartKind, 
/**
 * Title.
 */
title: string, 
/**
 * Place.
 */
place: string, 
/**
 * Where it stands.
 */
state: MatterState, 
/**
 * Result, when closed.
 */
result: MatterResult | null, 
/**
 * Lead officer (主办).
 */
lead: OfficerName, 
/**
 * Second officer (协办).
 */
second: OfficerName | null, 
/**
 * Party's name.
 */
party: string | null, 
/**
 * When the start was recorded.
 */
recorded_at: string, 
/**
 * When the last entry was recorded.
 */
changed_at: string, 
/**
 * Number of unanswered findings.
 */
findings: number, 
/**
 * Number of linked media.
 */
media: number, 
/**
 * Where its entries stand: `held` only when all are.
 */
custody: Custody, };

/**
 * A matter offered for a file.
 */
export type MatterOffer = { 
/**
 * Matter id.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Its place.
 */
place: string, 
/**
 * When it began.
 */
from: string, 
/**
 * When it was closed, or last written to.
 */
to: string, };

/**
 * Result a matter is closed with.
 */
export type MatterResult = "nothing_found" | "dissuaded" | "corrected" | "recheck" | "to_file";

/**
 * Where a matter stands.
 */
export type MatterState = "open" | "closed" | "voided" | "disputed";

/**
 * The whole of a matter.
 */
export type MatterView = { 
/**
 * Matter id (UUID), the same as in `line`.
 */
id: string, 
/**
 * As in a list.
 */
line: MatterLine, 
/**
 * Position, when known.
 */
coordinates: Coordinates | null, 
/**
 * Matter that this one re-checks (复查).
 */
follows: string | null, 
/**
 * When the officers arrived.
 */
arrived_at: string | null, 
/**
 * When they left, the last time.
 */
left_at: string | null, 
/**
 * Signatures and refusals to sign.
 */
signatures: Array<SignatureView>, 
/**
 * When the certificate was shown.
 */
certificate_shown_at: string | null, 
/**
 * When rights were told.
 */
rights_told_at: string | null, 
/**
 * Party.
 */
party: PartyView | null, 
/**
 * When the second officer last confirmed.
 */
confirmed_at: string | null, 
/**
 * Why the second officer could not confirm.
 */
confirmation_explained: string | null, 
/**
 * Hashes of the entries the second officer has not confirmed yet.
 */
to_confirm: Array<string>, 
/**
 * When closed.
 */
closed_at: string | null, 
/**
 * Day of the re-check, `YYYY-MM-DD`.
 */
until: string | null, 
/**
 * Why it was voided.
 */
void_reason: string | null, 
/**
 * Contradictions that keep its gates shut.
 */
contradictions: Array<ContradictionView>, 
/**
 * All entries, oldest first.
 */
timeline: Array<TimelineItem>, 
/**
 * Linked media, by capture time.
 */
media: Array<MediaView>, 
/**
 * Drafts.
 */
drafts: Array<DraftLine>, 
/**
 * Findings, answered ones last.
 */
findings: Array<FindingView>, 
/**
 * What may be done now by the officer who unlocked.
 */
actions: Array<MatterAction>, };

/**
 * A list of matters.
 */
export type MattersView = { 
/**
 * Newest first.
 */
matters: Array<MatterLine>, 
/**
 * Whether older ones exist beyond the limit.
 */
more: boolean, };

/**
 * Result of reading a file's bytes again.
 */
export type MediaCheck = { 
/**
 * Media id.
 */
id: string, 
/**
 * Whether every byte is as recorded.
 */
sound: boolean, 
/**
 * Bytes read.
 */
size: Size, 
/**
 * SHA-256 as recorded, 64 hex.
 */
sha256: string, };

/**
 * One file with everything about it.
 */
export type MediaDetail = { 
/**
 * The file.
 */
media: MediaView, 
/**
 * Matters it is linked to.
 */
matters: Array<MatterLine>, 
/**
 * Address that plays or shows it, valid for a short while; null without a desk, or when the
 * bytes are not here.
 */
url: string | null, 
/**
 * Whether its local copy may be erased now.
 */
erasable: boolean, 
/**
 * Codes of what still keeps its local copy, e.g. `not_received`.
 */
kept_because: Array<string>, };

/**
 * What a file can be shown as.
 */
export type MediaKind = "video" | "image" | "audio" | "document" | "other";

/**
 * A list of files.
 */
export type MediaList = { 
/**
 * By capture time, newest first.
 */
media: Array<MediaView>, 
/**
 * Whether there are more beyond the limit.
 */
more: boolean, };

/**
 * A place with files that could be imported.
 */
export type MediaSource = { 
/**
 * What it is.
 */
kind: SourceKind, 
/**
 * Where it is.
 */
path: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it can be read now.
 */
there: boolean, 
/**
 * Files in it, counted up to some thousands.
 */
files: number, 
/**
 * Of these, files that are not here yet, by name and size.
 */
fresh: number, 
/**
 * Bytes of the files not here yet.
 */
size: Size, };

/**
 * A file known to this laptop.
 */
export type MediaView = { 
/**
 * Media id (UUID).
 */
id: string, 
/**
 * File name at import.
 */
name: string, 
/**
 * MIME type.
 */
mime: string, 
/**
 * What it can be shown as.
 */
kind: MediaKind, 
/**
 * Size of the original.
 */
size: Size, 
/**
 * SHA-256, 64 hex.
 */
sha256: string, 
/**
 * SM3, 64 hex; empty while it is put off.
 */
sm3: string, 
/**
 * Capture time with the clock offset applied, as the device says.
 */
captured_at: string | null, 
/**
 * Where the capture time was read.
 */
capture_source: CaptureSource, 
/**
 * Stated clock offset: true time = device time + offset, seconds.
 */
offset_seconds: number, 
/**
 * When the import was recorded.
 */
recorded_at: string, 
/**
 * When the township re-hashed it, by its clock.
 */
received_at: string | null, 
/**
 * Length.
 */
duration_ms: number | null, 
/**
 * Position.
 */
coordinates: Coordinates | null, 
/**
 * Who imported it.
 */
officer: OfficerName, 
/**
 * Camera number.
 */
device: string | null, 
/**
 * Name shared by the parts of one recording.
 */
group: string | null, 
/**
 * Matters it is linked to.
 */
matters: Array<string>, 
/**
 * Whether it is marked (标为重点).
 */
marked: boolean, 
/**
 * Whether the bytes are on this laptop.
 */
here: boolean, 
/**
 * Where the bytes stand.
 */
custody: Custody, 
/**
 * A picture that tells nothing of its taking: 转存照片, 无原始信息.
 */
transferred: boolean, 
/**
 * Marked moments, by their place in the film.
 */
moments: Array<MomentView>, 
/**
 * What it was taken from, when it is no original.
 */
origin: OriginView | null, };

/**
 * A marked moment of a film.
 */
export type MomentView = { 
/**
 * Hash of the entry.
 */
entry: string, 
/**
 * Milliseconds from the beginning.
 */
at_ms: number, 
/**
 * What is to be seen there.
 */
text: string | null, 
/**
 * Who marked it.
 */
officer: OfficerName, 
/**
 * When.
 */
recorded_at: string, };

/**
 * Name or change the second officer.
 */
export type NameSecond = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Officer: id or name.
 */
officer: string, 
/**
 * Reason for a change.
 */
reason?: string | null, };

/**
 * Begin a draft.
 */
export type NewDraft = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Title.
 */
title: string, };

/**
 * Input of a command that needs none.
 */
export type Nothing = Record<string, never>;

/**
 * A person as named on screen.
 */
export type OfficerName = { 
/**
 * Officer id (UUID).
 */
id: string, 
/**
 * Name as the township enrolled it; the id when the officer is not known here yet.
 */
name: string, };

/**
 * One officer the laptop knows of.
 */
export type OfficerView = { 
/**
 * Officer id (UUID).
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Certificate number.
 */
certificate: string | null, 
/**
 * Agency that issued the certificate.
 */
agency: string | null, 
/**
 * Last valid day, `YYYY-MM-DD`.
 */
valid_until: string | null, 
/**
 * Whether the certificate is valid today by this laptop's clock.
 */
valid: boolean, 
/**
 * Role, when the township has stated one.
 */
role: Role | null, 
/**
 * Whether one of the roles opens the room 管理.
 */
oversees: boolean, 
/**
 * Whether this officer has a key on this laptop.
 */
here: boolean, 
/**
 * Whether the officer's rights were withdrawn.
 */
revoked: boolean, };

/**
 * All officers the laptop knows of.
 */
export type OfficersView = { 
/**
 * By name.
 */
officers: Array<OfficerView>, };

/**
 * What the screen on site begins with.
 */
export type OnsiteView = { 
/**
 * Places of own matters, the last one first.
 */
places: Array<string>, 
/**
 * Phrases.
 */
phrases: Array<Phrase>, 
/**
 * The second officer who confirms by PIN.
 */
second: SecondView | null, 
/**
 * Address of the reader for identity cards.
 */
reader: string | null, };

/**
 * Show one draft.
 */
export type OpenDraft = { 
/**
 * Draft id.
 */
draft: string, };

/**
 * A code that was given out and not used yet.
 */
export type OpenInvite = { 
/**
 * Name.
 */
name: string, 
/**
 * Role.
 */
role: Role, 
/**
 * When it ends.
 */
until: string, };

/**
 * Show one job.
 */
export type OpenJob = { 
/**
 * Job id.
 */
job: string, };

/**
 * Show one matter.
 */
export type OpenMatter = { 
/**
 * Matter id.
 */
matter: string, };

/**
 * Show one file.
 */
export type OpenMedia = { 
/**
 * Media id or SHA-256.
 */
media: string, };

/**
 * Unsaved typing of a place.
 */
export type OpenWorkingCopy = { 
/**
 * Place in the UI.
 */
key: string, };

/**
 * The original of a derived file.
 */
export type OriginView = { 
/**
 * Media id of the original.
 */
media: string, 
/**
 * Its name; empty when it is not known here.
 */
name: string, 
/**
 * The moment shown, in milliseconds from the beginning.
 */
at_ms: number, };

/**
 * A media file that an entry names and nobody handed in.
 */
export type OverdueLine = { 
/**
 * SHA-256, hex.
 */
sha256: string, 
/**
 * Bytes.
 */
size: Size, 
/**
 * Who recorded it.
 */
officer: OfficerName, 
/**
 * What the laptop is called.
 */
device: string, 
/**
 * When its entry was written.
 */
recorded_at: string, 
/**
 * Whole days since then.
 */
days: number, };

/**
 * The room 管理.
 */
export type OversightView = { 
/**
 * Whether the officer here may let people in.
 */
may_enrol: boolean, 
/**
 * Whether the officer here may give and take rights and keys.
 */
may_change_rights: boolean, 
/**
 * Whether the officer here may decide about late entries.
 */
may_judge: boolean, 
/**
 * People, by name.
 */
people: Array<PersonLine>, 
/**
 * Codes not used yet.
 */
invites: Array<OpenInvite>, 
/**
 * Entries that wait for a supervisor.
 */
late: Array<LateLine>, 
/**
 * Media overdue, oldest first.
 */
overdue: Array<OverdueLine>, 
/**
 * Outside witnesses.
 */
witnesses: Array<WitnessLine>, 
/**
 * The newest backup; none if there never was one.
 */
backup: BackupLine | null, 
/**
 * Alarms.
 */
alarms: Array<AlarmLine>, 
/**
 * Entries in the log.
 */
log_size: string, };

/**
 * Past parties.
 */
export type PartiesView = { 
/**
 * Newest first.
 */
parties: Array<PartyMemory>, };

/**
 * Somebody met before.
 */
export type PartyMemory = { 
/**
 * The newest matter with this party: name it to take the party from there.
 */
matter: string, 
/**
 * Name.
 */
name: string, 
/**
 * Number with its middle hidden.
 */
number: string | null, 
/**
 * Kind, as typed.
 */
kind: string | null, 
/**
 * How many matters were found.
 */
count: number, 
/**
 * The newest of them.
 */
matters: Array<MatterLine>, };

/**
 * The party (当事人).
 */
export type PartyView = { 
/**
 * Name.
 */
name: string, 
/**
 * Identity number with its middle hidden.
 */
number: string | null, 
/**
 * Kind, e.g. person or company, as typed.
 */
kind: string | null, };

/**
 * A person known to the township.
 */
export type PersonLine = { 
/**
 * Officer id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Certificate number.
 */
certificate: string | null, 
/**
 * Agency.
 */
agency: string | null, 
/**
 * Last valid day, `YYYY-MM-DD`.
 */
valid_until: string | null, 
/**
 * Roles held now.
 */
roles: Array<Role>, 
/**
 * Keys, oldest first.
 */
keys: Array<KeyLine>, 
/**
 * Whether it is the person at this desk: nobody changes his own rights.
 */
own: boolean, };

/**
 * A phrase (常用语).
 */
export type Phrase = { 
/**
 * Where it is offered.
 */
start: StartKind, 
/**
 * Short name, and the title of a patrol.
 */
title: string, 
/**
 * The sentence; `＿＿` marks a place to fill in.
 */
text: string, 
/**
 * The usual result of a patrol with it.
 */
result?: MatterResult | null, };

/**
 * An officer's phrases.
 */
export type PhrasesView = { 
/**
 * In the order shown.
 */
phrases: Array<Phrase>, 
/**
 * Whether the officer has changed them.
 */
own: boolean, };

/**
 * A program outside that was asked to play a file.
 */
export type PlayedOutside = { 
/**
 * Its name.
 */
program: string, };

/**
 * Look at files before importing them.
 */
export type PreviewImport = { 
/**
 * Files or folders.
 */
paths: Array<string>, 
/**
 * Clock offset: true time = device time + offset.
 */
offset_seconds?: number, };

/**
 * Unlock the second officer's key on this laptop and set a PIN for this session.
 */
export type ReadySecond = { 
/**
 * Officer: id or name.
 */
officer: string, 
/**
 * That officer's passphrase.
 */
passphrase: string, 
/**
 * 4 to 8 digits, kept in memory only.
 */
pin: string, };

/**
 * Result of rebuilding all documents from the journal.
 */
export type RebuildOutcome = { 
/**
 * Documents made.
 */
documents: number, };

/**
 * Receipt of one entry.
 */
export type ReceiptLine = { 
/**
 * Hash of the entry.
 */
entry: string, 
/**
 * Kind of the entry.
 */
kind: string, 
/**
 * When it was recorded, by the author's laptop.
 */
recorded_at: string, 
/**
 * Index in the township's log, decimal string; null when not yet logged.
 */
index: string | null, 
/**
 * Size of the tree the receipt was checked against, decimal string.
 */
tree_size: string | null, 
/**
 * When its bytes were signed.
 */
bracket: TimeBracket | null, 
/**
 * The receipt as a C2SP tlog-proof.
 */
proof: string | null, };

/**
 * Receipts of an entry, a file or a matter.
 */
export type ReceiptView = { 
/**
 * Id asked for.
 */
id: string, 
/**
 * Origin of the township's log.
 */
origin: string | null, 
/**
 * One line per entry, oldest first.
 */
receipts: Array<ReceiptLine>, 
/**
 * Entries without a receipt yet.
 */
missing: number, 
/**
 * The state in a sentence, e.g. 尚未由镇端存证.
 */
sentence: string, };

/**
 * Record a patrol in one act.
 */
export type RecordPatrol = { 
/**
 * Title.
 */
title: string, 
/**
 * Place as typed.
 */
place: string, 
/**
 * What was seen and done.
 */
text: string, 
/**
 * Result; the matter stays open when absent.
 */
result?: MatterResult | null, 
/**
 * Position, when known.
 */
coordinates?: Coordinates | null, };

/**
 * Open the data of this home with the township's recovery key, for a new passphrase holder.
 */
export type Recover = { 
/**
 * Path of the recovery key file.
 */
key: string, 
/**
 * Officer whose passphrase was lost: id or name.
 */
officer?: string | null, 
/**
 * New passphrase.
 */
passphrase: string, };

/**
 * Record that somebody refused to sign.
 */
export type RefuseToSign = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Who refused.
 */
signer: Signer, 
/**
 * Name, when known.
 */
name?: string | null, 
/**
 * Reason.
 */
reason: string, 
/**
 * Who saw it beside the officers.
 */
witness?: string | null, 
/**
 * Hashes of the entries that were shown.
 */
entries?: Array<string>, };

/**
 * Choose between decisions that contradict each other.
 */
export type ResolveContradiction = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Hash of the entry that holds.
 */
chosen: string, 
/**
 * Hashes of the entries that do not.
 */
others: Array<string>, 
/**
 * Reason.
 */
reason: string, };

/**
 * Choose the text of a field two people changed.
 */
export type ResolveDraft = { 
/**
 * Draft id.
 */
draft: string, 
/**
 * Field.
 */
field: string, 
/**
 * Hash of the revision chosen.
 */
chosen: string, 
/**
 * Text, when it differs from the chosen one.
 */
text?: string | null, };

/**
 * Ends the right of all keys of an officer, or of one laptop's key.
 */
export type RevokeKeys = { 
/**
 * Officer id …
 */
officer?: string | null, 
/**
 * … or one key.
 */
series?: string | null, 
/**
 * Why.
 */
reason: RevokeReason, };

/**
 * Why a key's right ended.
 */
export type RevokeReason = "left" | "replaced" | "lost" | "compromised";

/**
 * Role of a person, as granted by the township.
 */
export type Role = "officer" | "auxiliary" | "handler" | "reviewer" | "head" | "archivist" | "supervisor" | "sysadmin" | "secadmin" | "auditor";

/**
 * Write the original of a file to a path.
 */
export type SaveMedia = { 
/**
 * Media id.
 */
media: string, 
/**
 * Path to write to; must not exist.
 */
out: string, };

/**
 * Keep a still of a film as derived evidence.
 */
export type SaveStill = { 
/**
 * Media id of the film.
 */
media: string, 
/**
 * The moment, in milliseconds from the beginning.
 */
at_ms: number, 
/**
 * Path of the staged picture.
 */
staged: string, };

/**
 * Write the reading copy of a matter.
 */
export type SaveSummary = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * File to write; must not exist.
 */
out: string, };

/**
 * A file that left the program at somebody's wish.
 */
export type SavedFile = { 
/**
 * Media id.
 */
id: string, 
/**
 * Where it was written.
 */
path: string, 
/**
 * Bytes written.
 */
size: Size, };

/**
 * Search all documents.
 */
export type Search = { 
/**
 * Text.
 */
text: string, 
/**
 * At most this many; 50 when absent.
 */
limit?: number | null, 
/**
 * Only what is of these kinds; all when empty.
 */
kinds?: Array<SearchKind>, 
/**
 * Only at or after this day here, `YYYY-MM-DD`.
 */
from?: string | null, 
/**
 * Only at or before this day here, `YYYY-MM-DD`.
 */
to?: string | null, };

/**
 * One hit.
 */
export type SearchHit = { 
/**
 * What it is.
 */
kind: HitKind, 
/**
 * Its id.
 */
id: string, 
/**
 * Matter it belongs to.
 */
matter: string | null, 
/**
 * Title.
 */
title: string, 
/**
 * Text around the first match.
 */
excerpt: string, 
/**
 * When recorded.
 */
at: string | null, 
/**
 * Hash of the entry whose words were found, when it is a line of a matter.
 */
entry: string | null, };

/**
 * What a search may be narrowed to.
 */
export type SearchKind = "matter" | "note" | "media" | "draft" | "camera";

/**
 * Hits.
 */
export type SearchView = { 
/**
 * Newest first.
 */
hits: Array<SearchHit>, };

/**
 * A second officer whose key is in memory on this laptop.
 */
export type SecondView = { 
/**
 * Who.
 */
officer: OfficerName, 
/**
 * Wrong PINs left before the passphrase is asked for.
 */
tries: number, };

/**
 * Set aside entries that can never be sent: they are written to a file, and wait no longer.
 */
export type SetAsideTail = { 
/**
 * Why; kept on record.
 */
reason: string, 
/**
 * File to write the entries to; must not exist.
 */
out: string, };

/**
 * Save changed fields of a draft.
 */
export type SetDraft = { 
/**
 * Draft id.
 */
draft: string, 
/**
 * Hashes of the revisions the person saw; the newest ones when empty.
 */
base?: Array<string>, 
/**
 * Changed fields.
 */
set?: { [key in string]: string }, 
/**
 * Removed fields.
 */
unset?: Array<string>, };

/**
 * Name the party.
 */
export type SetParty = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Name; may be empty with `like` or `card`.
 */
name?: string, 
/**
 * Identity number.
 */
number?: string | null, 
/**
 * Kind, e.g. person or company.
 */
kind?: string | null, 
/**
 * Matter whose party this is, too: what is not typed is taken from there.
 */
like?: string | null, 
/**
 * A card that was read: what is not typed is taken from there.
 */
card?: string | null, };

/**
 * Set where the reader for identity cards answers.
 */
export type SetReader = { 
/**
 * Address on this machine, e.g. `http://127.0.0.1:18889/read`; none when absent.
 */
address?: string | null, };

/**
 * Settings of this home.
 */
export type SettingsView = { 
/**
 * Minutes without use after which the home locks itself; 0 when never.
 */
lock_after_minutes: number, 
/**
 * Whether to sync by itself when the township answers.
 */
sync_automatically: boolean, 
/**
 * Whether sync is paused.
 */
sync_paused: boolean, 
/**
 * Bandwidth limit in kbit/s; 0 when none.
 */
limit_kbit: number, 
/**
 * Whether only text, no media, is sent.
 */
text_only: boolean, 
/**
 * Days a file must have been held by the township before its local copy may be erased.
 */
keep_days: number, 
/**
 * Whether imports compute SHA-256 first and SM3 afterwards, in the background.
 */
sm3_later: boolean, 
/**
 * `zh-CN` or `en`.
 */
language: string, 
/**
 * Colours.
 */
theme: Theme, 
/**
 * Size of text.
 */
text_size: TextSize, };

/**
 * The shift of the officer who unlocked.
 */
export type ShiftView = { 
/**
 * Officer.
 */
officer: OfficerName, 
/**
 * When it began: the first entry after the last end of shift.
 */
from: string | null, 
/**
 * When it ended; null while it runs.
 */
to: string | null, 
/**
 * Entries made.
 */
entries: number, 
/**
 * Files imported.
 */
files: number, 
/**
 * Matters still open.
 */
open_matters: number, 
/**
 * Hash of the signed statement, once ended.
 */
statement: string | null, };

/**
 * Record that the certificate was shown.
 */
export type ShowCertificate = { 
/**
 * Matter id.
 */
matter: string, };

/**
 * Receipts of an entry, a file or a matter.
 */
export type ShowReceipt = { 
/**
 * Entry hash, media id, draft id or matter id.
 */
id: string, };

/**
 * Keep a drawn signature under what was shown.
 */
export type SignMatter = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Who signs.
 */
signer: Signer, 
/**
 * Name.
 */
name: string, 
/**
 * Hashes of the entries that were shown.
 */
entries: Array<string>, 
/**
 * The picture, PNG as base64.
 */
picture: string, 
/**
 * The strokes.
 */
drawing: Drawing, };

/**
 * A signature or a refusal to sign.
 */
export type SignatureView = { 
/**
 * Hash of the entry.
 */
entry: string, 
/**
 * Who signs.
 */
signer: Signer, 
/**
 * Name; empty where a refusal gave none.
 */
name: string, 
/**
 * When recorded.
 */
recorded_at: string, 
/**
 * Media id of the picture; null for a refusal.
 */
picture: string | null, 
/**
 * Why it was refused; null for a signature.
 */
refused: string | null, 
/**
 * Who saw the refusal.
 */
witness: string | null, };

/**
 * Who signs on site beside the officers.
 */
export type Signer = "party" | "witness";

/**
 * A count of bytes, written as a decimal string so that no reader rounds it.
 */
export type Size = string;

/**
 * Where files may come from.
 */
export type SourceKind = "volume" | "watched";

/**
 * All places with files, and what was left undone.
 */
export type SourcesView = { 
/**
 * Plugged-in volumes, then the watched folder.
 */
sources: Array<MediaSource>, 
/**
 * An import to go on with.
 */
unfinished: UnfinishedImport | null, };

/**
 * Take small bytes that have no path (a pasted picture, a still) into the vault.
 */
export type StageBytes = { 
/**
 * Name to show.
 */
name: string, 
/**
 * The bytes, base64.
 */
bytes: string, 
/**
 * When they were last changed, Unix seconds.
 */
modified?: number | null, };

/**
 * A file in the vault that no entry names yet.
 */
export type StagedFile = { 
/**
 * Path to import it by, `staged:…`.
 */
path: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Bytes.
 */
size: Size, };

/**
 * How a matter began. The three have different legal conditions.
 */
export type StartKind = "patrol" | "inspection" | "complaint";

/**
 * Begin a patrol, an inspection or a complaint visit.
 */
export type StartMatter = { 
/**
 * How it begins.
 */
start: StartKind, 
/**
 * Title.
 */
title: string, 
/**
 * Place as typed.
 */
place: string, 
/**
 * Position, when known.
 */
coordinates?: Coordinates | null, 
/**
 * Second officer: id or name.
 */
second?: string | null, 
/**
 * Matter that this one re-checks (复查).
 */
follows?: string | null, };

/**
 * Figures of this home, for `liuhen status`.
 */
export type StatusView = { 
/**
 * Whether the home can be used, and by whom.
 */
home: HomeView, 
/**
 * Matters of every state.
 */
matters: number, 
/**
 * Entries kept here, own and pulled.
 */
entries: number, 
/**
 * Media kept here or known.
 */
media: number, 
/**
 * What waits and what is held.
 */
sync: SyncStatus, };

/**
 * A series that stopped at an entry the township cannot accept; others go on.
 */
export type StoppedSeries = { 
/**
 * Series id, 64 hex.
 */
series: string, 
/**
 * Epoch.
 */
epoch: number, 
/**
 * Entry it stopped at, as a decimal string.
 */
seq: string, 
/**
 * Code of the fault.
 */
code: string, 
/**
 * The sentence for people.
 */
message: string, };

/**
 * Result of sweeping the vault.
 */
export type SweepOutcome = { 
/**
 * Unfinished copies of dead imports that were removed.
 */
removed: number, 
/**
 * Finished copies that got the name their entry wants.
 */
completed: number, 
/**
 * Files that no entry names, moved aside; nothing is deleted.
 */
set_aside: number, 
/**
 * Files an entry names that are not in the vault: erased, not fetched, or lost.
 */
missing: number, };

/**
 * Sync with the township. Answers with a job.
 */
export type SyncNow = { 
/**
 * Bandwidth limit in kbit/s.
 */
limit_kbit?: number | null, 
/**
 * Send no media.
 */
text_only?: boolean, 
/**
 * Write parcels into this folder instead.
 */
to?: string | null, 
/**
 * Read parcels from this folder instead.
 */
from?: string | null, };

/**
 * A finished sync.
 */
export type SyncOutcome = { 
/**
 * Entries sent and acknowledged.
 */
pushed: number, 
/**
 * Entries of others taken in.
 */
pulled: number, 
/**
 * Receipts verified and kept.
 */
receipts: number, 
/**
 * Files sent whole.
 */
media: number, 
/**
 * Bytes sent.
 */
sent: Size, 
/**
 * Bytes received.
 */
received: Size, 
/**
 * Series that stopped.
 */
stopped: Array<StoppedSeries>, 
/**
 * What still waits.
 */
waiting: WaitingView, };

/**
 * Honest state of sync.
 */
export type SyncStatus = { 
/**
 * The township; null before enrolment.
 */
township: TownshipView | null, 
/**
 * What waits.
 */
waiting: WaitingView, 
/**
 * Entries the township holds, own and others'.
 */
held_entries: number, 
/**
 * Files the township holds.
 */
held_media: number, 
/**
 * When sync last finished without fault.
 */
last_success_at: string | null, 
/**
 * When it was last tried.
 */
last_attempt_at: string | null, 
/**
 * Why the last attempt failed.
 */
last_error: ApiError | null, 
/**
 * Newest checkpoint held.
 */
checkpoint: CheckpointView | null, 
/**
 * Series that stopped.
 */
stopped: Array<StoppedSeries>, 
/**
 * Things a person must look at.
 */
warnings: Array<SyncWarning>, 
/**
 * Whether sync is paused.
 */
paused: boolean, 
/**
 * Job id of the sync that runs now.
 */
running: string | null, };

/**
 * Something about the township that a person must look at. Local records are never affected.
 */
export type SyncWarning = { 
/**
 * Id to accept it by.
 */
id: string, 
/**
 * Code, the last part of the string key `error.<code>`.
 */
code: string, 
/**
 * The sentence for people.
 */
message: string, 
/**
 * When it was noticed.
 */
at: string, };

/**
 * Record that rights and duties were told.
 */
export type TellRights = { 
/**
 * Matter id.
 */
matter: string, };

/**
 * Size of text on the desk.
 */
export type TextSize = "normal" | "large";

/**
 * Colours of the desk.
 */
export type Theme = "day" | "night" | "contrast";

/**
 * Addresses of small pictures, in the order asked.
 */
export type Thumbnails = { 
/**
 * Null where no picture can be made.
 */
urls: Array<string | null>, };

/**
 * The time bracket of an entry: its bytes were signed after one checkpoint and before another.
 */
export type TimeBracket = { 
/**
 * Time of the newest checkpoint the author held, by the township's clock.
 */
after: string | null, 
/**
 * Time of the checkpoint of the receipt, by the township's clock.
 */
before: string | null, };

/**
 * One entry of a matter, as a line of its timeline.
 */
export type TimelineItem = { 
/**
 * Hash of the entry (base64), its name everywhere.
 */
entry: string, 
/**
 * What it is about.
 */
kind: TimelineKind, 
/**
 * Kind as written in the entry.
 */
entry_kind: string, 
/**
 * When it was recorded, by the author's laptop.
 */
recorded_at: string, 
/**
 * When the township logged it, by its clock; null before.
 */
received_at: string | null, 
/**
 * Author.
 */
officer: OfficerName, 
/**
 * Text to show: the note, the reason, the name.
 */
text: string | null, 
/**
 * Hash of the note this one corrects (补充更正).
 */
corrects: string | null, 
/**
 * Hashes of the notes that correct this one.
 */
corrected_by: Array<string>, 
/**
 * Id of the file or draft it is about.
 */
about: string | null, 
/**
 * Second officers who confirmed this entry.
 */
confirmed_by: Array<OfficerName>, 
/**
 * Where it stands.
 */
custody: Custody, };

/**
 * What a line of the timeline is about.
 */
export type TimelineKind = "started" | "certificate_shown" | "rights_told" | "party_set" | "note" | "second_named" | "confirmed" | "confirmation_explained" | "handed" | "closed" | "voided" | "contradiction_resolved" | "media_linked" | "media_unlinked" | "draft" | "arrived" | "left" | "signed" | "sign_refused" | "other";

/**
 * The desk's first page.
 */
export type TodayView = { 
/**
 * Open matters in which the officer is lead or second, newest first.
 */
open: Array<MatterLine>, 
/**
 * Matters that wait for this officer's confirmation as second officer.
 */
to_confirm: Array<MatterLine>, 
/**
 * Matters with a re-check due, the earliest first.
 */
rechecks: Array<DueLine>, 
/**
 * Unanswered findings.
 */
findings: Array<FindingView>, 
/**
 * Files linked to no matter.
 */
unlinked_media: number, 
/**
 * What waits for the township.
 */
waiting: WaitingView, 
/**
 * The same by kind.
 */
waiting_kinds: Array<WaitingKind>, 
/**
 * Clock and space.
 */
machine: MachineView, 
/**
 * Whether the shift began on an earlier day and was not ended.
 */
shift_left_open: boolean, 
/**
 * The running shift.
 */
shift: ShiftView, 
/**
 * Long work that runs or just ended.
 */
jobs: Array<JobView>, };

/**
 * The township this home belongs to.
 */
export type TownshipView = { 
/**
 * Name from its signed note.
 */
name: string, 
/**
 * Origin of its log.
 */
origin: string, 
/**
 * Address the laptop was enrolled at.
 */
address: string, };

/**
 * An import that was stopped before its end.
 */
export type UnfinishedImport = { 
/**
 * What was asked for.
 */
paths: Array<string>, 
/**
 * Matter to link to.
 */
matter: string | null, 
/**
 * Clock offset.
 */
offset_seconds: number, 
/**
 * Camera number.
 */
device: string | null, 
/**
 * Where single files belong.
 */
into: Array<ImportInto>, 
/**
 * When it was begun.
 */
begun_at: string, };

/**
 * Take back a link.
 */
export type UnlinkMedia = { 
/**
 * Media id.
 */
media: string, 
/**
 * Matter id.
 */
matter: string, 
/**
 * Reason.
 */
reason: string, };

/**
 * Unlock the home.
 */
export type Unlock = { 
/**
 * Officer: id or name; the only key holder when absent.
 */
officer?: string | null, 
/**
 * Passphrase.
 */
passphrase: string, };

/**
 * A path that cannot be imported.
 */
export type UnreadablePath = { 
/**
 * Path.
 */
path: string, 
/**
 * Stable code, the last part of the string key `error.<code>`.
 */
code: string, 
/**
 * Why, as a sentence.
 */
message: string, };

/**
 * Check a bundle. Answers with a job.
 */
export type VerifyBundle = { 
/**
 * Folder.
 */
folder: string, };

/**
 * Verify everything kept here. Answers with a job.
 */
export type VerifyHome = { 
/**
 * Read every byte of database and media.
 */
deep?: boolean, };

/**
 * Result of verifying the home.
 */
export type VerifyOutcome = { 
/**
 * Whether no fault was found.
 */
sound: boolean, 
/**
 * Whether every byte of database and media was read.
 */
deep: boolean, 
/**
 * Entries checked (signature, chain, commitment).
 */
entries: number, 
/**
 * Receipts checked.
 */
receipts: number, 
/**
 * Media checked.
 */
media: number, 
/**
 * Bytes of media read again.
 */
bytes: Size, 
/**
 * Media whose SM3 was put off and is not recorded yet. No fault.
 */
sm3_pending: number, 
/**
 * Faults.
 */
faults: Array<Fault>, };

/**
 * Void a matter.
 */
export type VoidMatter = { 
/**
 * Matter id.
 */
matter: string, 
/**
 * Reason.
 */
reason: string, };

/**
 * Entries of one kind that wait for the township.
 */
export type WaitingKind = { 
/**
 * What they are about: `matter`, `media`, `draft`, `camera`, `shift`, …
 */
kind: string, 
/**
 * How many.
 */
entries: number, };

/**
 * What is kept on this laptop only.
 */
export type WaitingView = { 
/**
 * Entries not acknowledged.
 */
entries: number, 
/**
 * Files not received.
 */
media: number, 
/**
 * Bytes of those files.
 */
bytes: Size, };

/**
 * Keep a folder in view, so that new files in it are offered.
 */
export type WatchFolder = { 
/**
 * Folder; none any more when absent.
 */
path?: string | null, };

/**
 * Takes a role back.
 */
export type WithdrawRole = { 
/**
 * Officer id.
 */
officer: string, 
/**
 * Role.
 */
role: Role, 
/**
 * Why.
 */
reason: string, };

/**
 * An outside witness.
 */
export type WitnessLine = { 
/**
 * What people call it.
 */
name: string, 
/**
 * Where it is asked; none if files are carried.
 */
url: string | null, 
/**
 * Entries of the log it last cosigned.
 */
size: string, 
/**
 * When, by its own clock.
 */
at: string | null, };

/**
 * Unsaved typing, kept encrypted outside the journal.
 */
export type WorkingCopy = { 
/**
 * Place in the UI, e.g. `note:<matter>`.
 */
key: string, 
/**
 * Field texts; empty when nothing is kept.
 */
fields: { [key in string]: string }, 
/**
 * When it was kept.
 */
kept_at: string | null, };
