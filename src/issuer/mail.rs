//! The messages that users get.

use crate::host::Mail;
use crate::vocabulary::escaped;

/// The message with a link that logs in.
pub(super) fn login_link(to: &str, application: &str, link: &str, minutes: u64) -> Mail {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let ends = format!("The link works once and for {minutes} {unit}.");
    let ignore = "If you did not ask for it, do nothing: nobody gets in without this message.";
    Mail {
        to: to.to_owned(),
        subject: format!("Log in to {application}"),
        text: format!("Log in to {application}:\n\n{link}\n\n{ends}\n{ignore}\n"),
        html: format!(
            "<p>Log in to {}:</p><p><a href=\"{}\">Log in</a></p><p>{ends}<br>{ignore}</p>",
            escaped(application),
            escaped(link),
        ),
        link: link.to_owned(),
    }
}
