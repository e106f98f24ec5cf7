//! The one list of commands. Desk, window and tests call by name; nothing else is reachable.
//!
//! Each line names the command, its input, its view, and the module whose function of the same name
//! does it. The list makes [`dispatch`], [`NAMES`] and the TypeScript type [`Commands`]. Commands
//! that start long work (`import`, `sync`, `verify`, …) answer at once with a job.

use serde_json::Value;
use ts_rs::TS;

use crate::error::{ApiError, Result};
use crate::laptop::Laptop;
use crate::{input, view};

use crate::input::{
    AcceptWarning, AddNote, AnswerFinding, Arrive, CameraCheck, CameraMissing, CameraReturn, CancelJob,
    ChangePassphrase, ChangePhrases, ChangeSettings, CheckMedia, ClearCamera, CloseMatter, Confirm,
    DropStaged, Enrol, EraseMedia, ExplainConfirmation, ExportMatter, FindParties, HandOver, ImportMedia,
    KeepWorkingCopy, Leave, LinkMedia, ListDrafts, ListFindings, ListFolder, ListMatters, ListMedia,
    ListThumbnails, MarkMedia, NameSecond, NewDraft, Nothing, OpenDraft, OpenJob, OpenMatter, OpenMedia,
    OpenWorkingCopy, PreviewImport, ReadySecond, RecordPatrol, Recover, RefuseToSign, ResolveContradiction,
    ResolveDraft, SaveMedia, SaveStill, SaveSummary, Search, SetDraft, SetParty, SetReader, ShowCertificate,
    ShowReceipt, SignMatter, StageBytes, StartMatter, SyncNow, TellRights, UnlinkMedia, Unlock, VerifyBundle,
    VerifyHome, VoidMatter, WatchFolder,
};
use crate::view::{
    CamerasView, CardView, ChangesView, Done, DraftView, DraftsView, FindingView, FindingsView, FolderView,
    HomeView, ImportPreview, JobView, JobsView, MatterView, MattersView, MediaDetail, MediaList, MediaView,
    OfficersView, OnsiteView, PartiesView, PhrasesView, PlayedOutside, RebuildOutcome, ReceiptView,
    SavedFile, SearchView, SettingsView, ShiftView, SourcesView, StagedFile, StatusView, SweepOutcome,
    SyncStatus, Thumbnails, TodayView, WorkingCopy,
};

/// Commands that screens repeat by themselves: they do not keep a home from locking itself.
const QUIET: &[&str] = &["home_state", "changes", "jobs", "job", "sync_status", "today", "media_sources"];

macro_rules! commands {
    ($( $(#[doc = $doc:literal])* $name:ident ($input:ty) -> $output:ty = $module:ident; )*) => {
        /// Names of all commands, in the order of the list.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Input and view of every command, for TypeScript.
        #[derive(Debug, TS)]
        pub struct Commands {
            $( $(#[doc = $doc])* pub $name: ($input, $output), )*
        }

        /// Runs a command by name: JSON in, JSON out.
        ///
        /// # Errors
        /// `unknown_command`, `invalid_input`, or what the command answers.
        pub fn dispatch(laptop: &Laptop, name: &str, input: Value) -> Result<Value> {
            // A list would be read as fields in order: only names say what is meant.
            if !input.is_object() {
                return Err(ApiError::invalid("an object is expected"));
            }
            laptop.lock_if_unused();
            if !QUIET.contains(&name) {
                laptop.touch();
            }
            match name {
                $( stringify!($name) => {
                    let input: $input = serde_json::from_value(input).map_err(ApiError::invalid)?;
                    let view: $output = crate::$module::$name(laptop, input)?;
                    serde_json::to_value(view).map_err(|error| ApiError::new("internal").detail(error))
                } )*
                _ => Err(ApiError::new("unknown_command").detail(name)),
            }
        }
    };
}

commands! {
    /// Whether the home can be used, and by whom. Works locked.
    home_state(Nothing) -> HomeView = home;
    /// Unlock the home.
    unlock(Unlock) -> HomeView = home;
    /// Lock the home: keys are dropped, addresses of media become void.
    lock(Nothing) -> HomeView = home;
    /// Enrol an officer on this laptop. Works locked and on a fresh home.
    enrol(Enrol) -> HomeView = home;
    /// Open the data with the recovery key. Works locked.
    recover(Recover) -> HomeView = home;
    /// Change one's passphrase.
    change_passphrase(ChangePassphrase) -> Done = home;
    /// Officers known here.
    officers(Nothing) -> OfficersView = home;
    /// Settings of this home.
    settings(Nothing) -> SettingsView = settings;
    /// Change settings.
    change_settings(ChangeSettings) -> SettingsView = settings;
    /// Figures of this home.
    status(Nothing) -> StatusView = home;
    /// A folder of this machine, for choosing files in a browser.
    folder(ListFolder) -> FolderView = home;
    /// What changed; poll it, or listen to the desk's events.
    changes(Nothing) -> ChangesView = home;

    /// The desk's first page.
    today(Nothing) -> TodayView = shift;
    /// Begin a patrol, an inspection or a complaint visit.
    start_matter(StartMatter) -> MatterView = capture;
    /// One matter.
    matter(OpenMatter) -> MatterView = capture;
    /// Matters.
    matters(ListMatters) -> MattersView = capture;
    /// Record that the certificate was shown.
    show_certificate(ShowCertificate) -> MatterView = capture;
    /// Record that rights were told.
    tell_rights(TellRights) -> MatterView = capture;
    /// Name the party.
    set_party(SetParty) -> MatterView = capture;
    /// Add a note.
    add_note(AddNote) -> MatterView = capture;
    /// Name or change the second officer.
    name_second(NameSecond) -> MatterView = capture;
    /// Confirm as second officer, by the own key.
    confirm(Confirm) -> MatterView = capture;
    /// Explain a missing confirmation.
    explain_confirmation(ExplainConfirmation) -> MatterView = capture;
    /// Hand a matter to another officer.
    hand_over(HandOver) -> MatterView = capture;
    /// Close a matter.
    close_matter(CloseMatter) -> MatterView = capture;
    /// Void a matter.
    void_matter(VoidMatter) -> MatterView = capture;
    /// Choose between contradicting decisions.
    resolve_contradiction(ResolveContradiction) -> MatterView = capture;

    /// What the screen on site begins with.
    onsite(Nothing) -> OnsiteView = onsite;
    /// Record a patrol in one act.
    record_patrol(RecordPatrol) -> MatterView = onsite;
    /// Stamp the arrival.
    arrive(Arrive) -> MatterView = onsite;
    /// Stamp the departure.
    leave(Leave) -> MatterView = onsite;
    /// Keep a drawn signature.
    sign(SignMatter) -> MatterView = evidence;
    /// Record a refusal to sign.
    refuse_to_sign(RefuseToSign) -> MatterView = evidence;
    /// Past parties.
    parties(FindParties) -> PartiesView = onsite;
    /// The own phrases.
    phrases(Nothing) -> PhrasesView = onsite;
    /// Replace the own phrases.
    change_phrases(ChangePhrases) -> PhrasesView = onsite;
    /// Unlock the second officer's key for this session, with a PIN.
    ready_second(ReadySecond) -> OnsiteView = onsite;
    /// Forget the second officer's key.
    release_second(Nothing) -> OnsiteView = onsite;
    /// Read the card on the reader.
    read_card(Nothing) -> CardView = onsite;
    /// Set where the reader answers.
    set_reader(SetReader) -> OnsiteView = onsite;

    /// Where files may come from: plugged-in volumes, the watched folder, an unfinished import.
    media_sources(Nothing) -> SourcesView = evidence;
    /// Keep a folder in view.
    watch_folder(WatchFolder) -> SourcesView = evidence;
    /// Forget an import that was stopped before its end.
    forget_import(Nothing) -> SourcesView = evidence;
    /// Take bytes without a path into the vault, to be imported.
    stage(StageBytes) -> StagedFile = evidence;
    /// Let staged files go.
    unstage(DropStaged) -> Done = evidence;
    /// Look at files before importing.
    import_preview(PreviewImport) -> ImportPreview = evidence;
    /// Import files; a job.
    import(ImportMedia) -> JobView = evidence;
    /// Media.
    media_list(ListMedia) -> MediaList = evidence;
    /// One file, with an address to play it.
    media(OpenMedia) -> MediaDetail = evidence;
    /// Addresses of small pictures.
    thumbnails(ListThumbnails) -> Thumbnails = evidence;
    /// Link a file to a matter.
    link(LinkMedia) -> MediaView = evidence;
    /// Take back a link.
    unlink(UnlinkMedia) -> MediaView = evidence;
    /// Mark a file, or a moment of it.
    mark(MarkMedia) -> MediaView = evidence;
    /// Keep a still of a film, with its origin.
    save_still(SaveStill) -> MediaView = evidence;
    /// Play a file with a program of this machine.
    play_outside(OpenMedia) -> PlayedOutside = evidence;
    /// Empty a camera of what the township holds; a job.
    clear_camera(ClearCamera) -> JobView = evidence;
    /// Erase a local copy.
    erase(EraseMedia) -> MediaView = evidence;
    /// Read a file's bytes again; a job.
    check_media(CheckMedia) -> JobView = evidence;
    /// Compute the SM3 that imports put off; a job.
    digest_media(Nothing) -> JobView = evidence;
    /// Write an original to a path.
    save_media(SaveMedia) -> SavedFile = evidence;

    /// Begin a draft.
    draft_new(NewDraft) -> DraftView = writing;
    /// One draft.
    draft(OpenDraft) -> DraftView = writing;
    /// Drafts.
    drafts(ListDrafts) -> DraftsView = writing;
    /// Save changed fields.
    draft_set(SetDraft) -> DraftView = writing;
    /// Choose between two texts of a field.
    draft_resolve(ResolveDraft) -> DraftView = writing;
    /// Unsaved typing of a place.
    working_copy(OpenWorkingCopy) -> WorkingCopy = writing;
    /// Keep unsaved typing; call it within a second of a key.
    keep_working_copy(KeepWorkingCopy) -> WorkingCopy = writing;

    /// Search.
    search(Search) -> SearchView = search;
    /// Findings.
    findings(ListFindings) -> FindingsView = findings;
    /// Answer a finding.
    answer_finding(AnswerFinding) -> FindingView = findings;
    /// Record a camera check.
    camera_check(CameraCheck) -> CamerasView = shift;
    /// Record that a camera was handed back.
    camera_return(CameraReturn) -> CamerasView = shift;
    /// Give the reason for a missing recording.
    camera_missing(CameraMissing) -> CamerasView = shift;
    /// Camera ledger.
    cameras(Nothing) -> CamerasView = shift;
    /// The running shift.
    shift(Nothing) -> ShiftView = shift;
    /// End the shift with a signed statement.
    end_shift(Nothing) -> ShiftView = shift;

    /// Sync; a job.
    sync(SyncNow) -> JobView = sync;
    /// State of sync.
    sync_status(Nothing) -> SyncStatus = sync;
    /// Note that a person has looked at a warning.
    accept_warning(AcceptWarning) -> SyncStatus = sync;
    /// Set aside entries that can never be sent, with a reason; a person has decided.
    set_aside_tail(input::SetAsideTail) -> SyncStatus = sync;
    /// Follow the township's new log after a disaster; a person has confirmed it.
    follow_new_log(Nothing) -> SyncStatus = sync;
    /// What those who run the township must see.
    oversight(Nothing) -> view::OversightView = oversight;
    /// Make a code for one officer.
    invite_officer(input::InviteOfficer) -> view::InvitationView = oversight;
    /// Give an officer a further role.
    grant_role(input::GrantRole) -> view::OversightView = oversight;
    /// Take a role back.
    withdraw_role(input::WithdrawRole) -> view::OversightView = oversight;
    /// End the right of keys.
    revoke_keys(input::RevokeKeys) -> view::OversightView = oversight;
    /// Admit or decline late entries.
    judge_late(input::JudgeLate) -> view::OversightView = oversight;
    /// Register an outside witness.
    add_witness(input::AddWitness) -> view::OversightView = oversight;
    /// Receipts.
    receipt(ShowReceipt) -> ReceiptView = receipts;
    /// Verify the home; a job.
    verify(VerifyHome) -> JobView = verify;
    /// Write the reading copy of a matter to a path.
    save_summary(SaveSummary) -> SavedFile = bundle;
    /// Note that a matter's summary is printed.
    print_summary(OpenMatter) -> Done = bundle;
    /// Write a bundle; a job.
    export(ExportMatter) -> JobView = bundle;
    /// Check a bundle; a job. Works locked.
    verify_bundle(VerifyBundle) -> JobView = bundle;
    /// Rebuild all documents from the journal.
    rebuild(Nothing) -> RebuildOutcome = home;
    /// Put the vault in order after an interrupted import.
    sweep(Nothing) -> SweepOutcome = home;
    /// One job.
    job(OpenJob) -> JobView = jobs;
    /// Jobs of this run.
    jobs(Nothing) -> JobsView = jobs;
    /// Ask a job to stop.
    cancel_job(CancelJob) -> JobView = jobs;
}
