//! The management API as HTTP: who may, what the directory is asked, and what its answers become (R4-R6, R17-R19, R21).

use audgate::directory::{ManagementCommand, ManagementReply, ManagementRequest};
use serde_json::{Value, json};

use crate::support::issuer::{Call, Issuer, Reply, changed};

mod accounts;
mod callers;
mod created_just_now;
mod explain;
mod keys;
mod preconditions;
mod refusals;
mod replies;
mod requests;
mod sessions;

const ADMIN: &str = "tenant-admin";

/// What management gets for `call` when the directory answers `reply`.
fn managed(issuer: &Issuer, call: Call, reply: ManagementReply) -> Reply {
    issuer.directory_answers(reply);
    by_management(issuer, call)
}

fn by_management(issuer: &Issuer, call: Call) -> Reply {
    issuer.answer(&call.bearer(&issuer.client_token(ADMIN)))
}

/// Everything that the directory was asked.
fn asked(issuer: &Issuer) -> Vec<ManagementRequest> {
    std::mem::take(&mut *issuer.host.directory_asked.borrow_mut())
}

/// The one command that the directory was asked.
#[track_caller]
fn commanded(issuer: &Issuer) -> ManagementCommand {
    let mut asked = asked(issuer);
    // The accounts that an import concerns come before it, so its plan is asked for first.
    if let [planned, imported] = &asked[..] {
        let of = |request: &ManagementRequest, plan| matches!(request.command, ManagementCommand::Import { dry_run, .. } if dry_run == plan);
        assert!(of(planned, true) && of(imported, false), "{asked:?}");
        asked.remove(0);
    }
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0).command
}

fn put(path: &str, body: &Value) -> Call {
    Call::json(path, body).method("PUT")
}

fn delete(path: &str) -> Call {
    Call::get(path).method("DELETE")
}

/// A resource that was changed.
fn orders() -> ManagementReply {
    changed(&json!({ "resource_id": "orders", "name": "Orders" }), 12)
}
