//! The tokenizer that the word index calls: [`super::each_word`] behind SQLite's C interface.
//!
//! The one place of `unsafe` in the workspace. It holds no state: `create` hands out a pointer that is
//! never read. Text comes in as bytes from SQLite; bytes that are no UTF-8 are indexed as far as they are.
#![expect(unsafe_code, reason = "FTS5 takes tokenizers only through its C interface")]

use std::ffi::{c_char, c_int, c_void};
use std::{ptr, slice};

use rusqlite::{Connection, ffi};

use super::{Purpose, each_word};
use crate::error::{Error, Result};

/// Makes the tokenizer `liuhen` known to a connection.
///
/// # Errors
/// [`Error::Database`] when SQLite lacks FTS5 or refuses.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let refused = |code: c_int| {
        Error::database("take its tokenizer")(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    };
    let mut tokenizer =
        ffi::fts5_tokenizer { xCreate: Some(create), xDelete: Some(delete), xTokenize: Some(tokenize) };
    // SAFETY: the handle is valid while `connection` is borrowed. `fts5_api` gives a pointer that lives
    // as long as the connection. SQLite copies the struct of functions, which hold no state.
    let code = unsafe {
        match fts5_api(connection.handle()) {
            Ok(api) => match (*api).xCreateTokenizer {
                Some(add) => add(api, c"liuhen".as_ptr(), ptr::null_mut(), &raw mut tokenizer, None),
                None => ffi::SQLITE_ERROR,
            },
            Err(code) => code,
        }
    };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(refused(code)) }
}

/// Asks a connection for FTS5's table of functions, in the way SQLite documents.
///
/// # Safety
/// `db` must be an open connection.
unsafe fn fts5_api(db: *mut ffi::sqlite3) -> Result<*mut ffi::fts5_api, c_int> {
    let mut statement = ptr::null_mut();
    let mut api: *mut ffi::fts5_api = ptr::null_mut();
    // SAFETY: `db` is open; the statement is finalised on every way out; the pointer bound is written to
    // by SQLite during `step`, while `api` lives on this stack.
    unsafe {
        let mut code =
            ffi::sqlite3_prepare_v2(db, c"SELECT fts5(?1)".as_ptr(), -1, &raw mut statement, ptr::null_mut());
        if code == ffi::SQLITE_OK {
            code = ffi::sqlite3_bind_pointer(
                statement,
                1,
                (&raw mut api).cast::<c_void>(),
                c"fts5_api_ptr".as_ptr(),
                None,
            );
        }
        if code == ffi::SQLITE_OK {
            ffi::sqlite3_step(statement);
        }
        let finalised = ffi::sqlite3_finalize(statement);
        match (code, finalised) {
            (ffi::SQLITE_OK, ffi::SQLITE_OK) if !api.is_null() => Ok(api),
            (ffi::SQLITE_OK, ffi::SQLITE_OK) => Err(ffi::SQLITE_ERROR),
            (ffi::SQLITE_OK, code) | (code, _) => Err(code),
        }
    }
}

unsafe extern "C" fn create(
    _context: *mut c_void,
    _arguments: *mut *const c_char,
    _count: c_int,
    out: *mut *mut ffi::Fts5Tokenizer,
) -> c_int {
    // SAFETY: `out` is SQLite's to be written. The pointer is never read, only compared with null.
    unsafe { *out = ptr::NonNull::dangling().as_ptr() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_tokenizer: *mut ffi::Fts5Tokenizer) {}

type TokenFunction = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, c_int, c_int, c_int) -> c_int;

unsafe extern "C" fn tokenize(
    _tokenizer: *mut ffi::Fts5Tokenizer,
    context: *mut c_void,
    flags: c_int,
    text: *const c_char,
    length: c_int,
    token: Option<TokenFunction>,
) -> c_int {
    let (Some(token), Ok(length)) = (token, usize::try_from(length)) else {
        return ffi::SQLITE_ERROR;
    };
    if text.is_null() || length == 0 {
        return ffi::SQLITE_OK;
    }
    // SAFETY: SQLite gives `length` readable bytes at `text` for the time of this call.
    let bytes = unsafe { slice::from_raw_parts(text.cast::<u8>(), length) };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    let purpose = if flags & ffi::FTS5_TOKENIZE_QUERY == 0 { Purpose::Text } else { Purpose::Query };
    let mut code = ffi::SQLITE_OK;
    each_word(text, purpose, &mut |word, start, end| {
        let (Ok(size), Ok(start), Ok(end)) =
            (c_int::try_from(word.len()), c_int::try_from(start), c_int::try_from(end))
        else {
            code = ffi::SQLITE_TOOBIG;
            return false;
        };
        // SAFETY: `context` and `token` belong together for this call; SQLite copies the word.
        code = unsafe { token(context, 0, word.as_ptr().cast::<c_char>(), size, start, end) };
        code == ffi::SQLITE_OK
    });
    code
}
