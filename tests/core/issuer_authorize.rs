//! The redirect flow (THREATS D4-D7, D10): authorization endpoint, hosted login, consent.

mod consent;
mod d10_enumeration;
mod d4_d5_responses;
mod d6_pages;
mod d7_links;
mod parameters;
mod sessions;
