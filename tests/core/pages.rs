//! Gated pages (R4, R26; THREATS E15): from a navigation without a token to the page, and everything that goes wrong.

mod callbacks;
mod cookies;
mod cross_site;
mod kept;
mod logout;
mod navigations;
mod refreshing;
mod settings;
