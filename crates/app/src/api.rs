//! The one list of commands. Desk, window and tests call by name; nothing else is reachable.
//!
//! Each line names the command, its input and its view; the function of the same name is named
//! after `=`. The list makes [`NAMES`] and the TypeScript type [`Commands`]. Commands that start
//! long work (`import`, `sync`, `verify`, …) answer at once with a job.

use ts_rs::TS;

#[expect(clippy::wildcard_imports, reason = "the list names nearly all of them")]
use crate::input::*;
#[expect(clippy::wildcard_imports, reason = "the list names nearly all of them")]
use crate::view::*;

macro_rules! commands {
    ($( $(#[doc = $doc:literal])* $name:ident ($input:ty) -> $output:ty; )*) => {
        /// Names of all commands, in the order of the list.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Input and view of every command, for TypeScript.
        #[derive(Debug, TS)]
        pub struct Commands {
            $( $(#[doc = $doc])* pub $name: ($input, $output), )*
        }
    };
}

commands! {
    /// Whether the home can be used, and by whom. Works locked.
    home_state(Nothing) -> HomeView;
    /// Unlock the home.
    unlock(Unlock) -> HomeView;
    /// Lock the home: keys are dropped, addresses of media become void.
    lock(Nothing) -> HomeView;
    /// Enrol an officer on this laptop. Works locked and on a fresh home.
    enrol(Enrol) -> HomeView;
    /// Open the data with the recovery key. Works locked.
    recover(Recover) -> HomeView;
    /// Change one's passphrase.
    change_passphrase(ChangePassphrase) -> Done;
    /// Officers known here.
    officers(Nothing) -> OfficersView;
    /// Settings of this home.
    settings(Nothing) -> SettingsView;
    /// Change settings.
    change_settings(ChangeSettings) -> SettingsView;
    /// Figures of this home.
    status(Nothing) -> StatusView;
    /// A folder of this machine, for choosing files in a browser.
    folder(ListFolder) -> FolderView;
    /// What changed; poll it, or listen to the desk's events.
    changes(Nothing) -> ChangesView;

    /// The desk's first page.
    today(Nothing) -> TodayView;
    /// Begin a patrol, an inspection or a complaint visit.
    start_matter(StartMatter) -> MatterView;
    /// One matter.
    matter(OpenMatter) -> MatterView;
    /// Matters.
    matters(ListMatters) -> MattersView;
    /// Record that the certificate was shown.
    show_certificate(ShowCertificate) -> MatterView;
    /// Record that rights were told.
    tell_rights(TellRights) -> MatterView;
    /// Name the party.
    set_party(SetParty) -> MatterView;
    /// Add a note.
    add_note(AddNote) -> MatterView;
    /// Name or change the second officer.
    name_second(NameSecond) -> MatterView;
    /// Confirm as second officer, by the own key.
    confirm(Confirm) -> MatterView;
    /// Explain a missing confirmation.
    explain_confirmation(ExplainConfirmation) -> MatterView;
    /// Hand a matter to another officer.
    hand_over(HandOver) -> MatterView;
    /// Close a matter.
    close_matter(CloseMatter) -> MatterView;
    /// Void a matter.
    void_matter(VoidMatter) -> MatterView;
    /// Choose between contradicting decisions.
    resolve_contradiction(ResolveContradiction) -> MatterView;

    /// Look at files before importing.
    import_preview(PreviewImport) -> ImportPreview;
    /// Import files; a job.
    import(ImportMedia) -> JobView;
    /// Media.
    media_list(ListMedia) -> MediaList;
    /// One file, with an address to play it.
    media(OpenMedia) -> MediaDetail;
    /// Addresses of small pictures.
    thumbnails(ListThumbnails) -> Thumbnails;
    /// Link a file to a matter.
    link(LinkMedia) -> MediaView;
    /// Take back a link.
    unlink(UnlinkMedia) -> MediaView;
    /// Mark a file.
    mark(MarkMedia) -> MediaView;
    /// Erase a local copy.
    erase(EraseMedia) -> MediaView;
    /// Read a file's bytes again; a job.
    check_media(CheckMedia) -> JobView;
    /// Write an original to a path.
    save_media(SaveMedia) -> SavedFile;

    /// Begin a draft.
    draft_new(NewDraft) -> DraftView;
    /// One draft.
    draft(OpenDraft) -> DraftView;
    /// Drafts.
    drafts(ListDrafts) -> DraftsView;
    /// Save changed fields.
    draft_set(SetDraft) -> DraftView;
    /// Choose between two texts of a field.
    draft_resolve(ResolveDraft) -> DraftView;
    /// Unsaved typing of a place.
    working_copy(OpenWorkingCopy) -> WorkingCopy;
    /// Keep unsaved typing; call it within a second of a key.
    keep_working_copy(KeepWorkingCopy) -> WorkingCopy;

    /// Search.
    search(Search) -> SearchView;
    /// Findings.
    findings(ListFindings) -> FindingsView;
    /// Answer a finding.
    answer_finding(AnswerFinding) -> FindingView;
    /// Record a camera check.
    camera_check(CameraCheck) -> CamerasView;
    /// Give the reason for a missing recording.
    camera_missing(CameraMissing) -> CamerasView;
    /// Camera ledger.
    cameras(Nothing) -> CamerasView;
    /// The running shift.
    shift(Nothing) -> ShiftView;
    /// End the shift with a signed statement.
    end_shift(Nothing) -> ShiftView;

    /// Sync; a job.
    sync(SyncNow) -> JobView;
    /// State of sync.
    sync_status(Nothing) -> SyncStatus;
    /// Note that a person has looked at a warning.
    accept_warning(AcceptWarning) -> SyncStatus;
    /// Follow the township's new log after a disaster; a person has confirmed it.
    follow_new_log(Nothing) -> SyncStatus;
    /// Receipts.
    receipt(ShowReceipt) -> ReceiptView;
    /// Verify the home; a job.
    verify(VerifyHome) -> JobView;
    /// Write a bundle; a job.
    export(ExportMatter) -> JobView;
    /// Check a bundle; a job. Works locked.
    verify_bundle(VerifyBundle) -> JobView;
    /// Rebuild all documents from the journal.
    rebuild(Nothing) -> RebuildOutcome;
    /// Put the vault in order after an interrupted import.
    sweep(Nothing) -> SweepOutcome;
    /// One job.
    job(OpenJob) -> JobView;
    /// Jobs of this run.
    jobs(Nothing) -> JobsView;
    /// Ask a job to stop.
    cancel_job(CancelJob) -> JobView;
}
