//! What becomes of a tenant document: the records that gates and issuers read.

pub mod publication;
