### Who read what, and what happened to a wallet. Each event has its sentence under its own name.

activity-title = Activity
activity-lead = Who read your details, and what happened to your wallet.
activity-filter-app = App
activity-filter-kind = Show
activity-filter = Filter
activity-app-all = All apps
activity-kind-all = Everything
activity-kind-reads = Reads of your details
activity-kind-security = Security
activity-empty = Nothing has happened yet.
activity-older = Older activity
activity-refused-chip = Refused
activity-folded =
    { $n ->
        [one] and { $n } more time that day
       *[other] and { $n } more times that day
    }
activity-channel-id-token = With your sign-in (ID token)
activity-channel-data-api = By the data API
activity-channel-userinfo = By a request of its own (UserInfo)
activity-app-gone = An app that is no longer here
activity-account-created-html = You created your wallet.
activity-account-locked-html = The people who run this wallet server locked your wallet.
activity-account-unlocked-html = The people who run this wallet server unlocked your wallet.
activity-session-opened-html = You signed in.
activity-session-ended-html = A browser was signed out.
activity-sign-in-refused-html = Someone tried to sign in.
activity-password-changed-html = You changed your password.
activity-password-reset-requested-html = Someone asked for a code to choose a new password.
activity-password-reset-html = You chose a new password with a code from your email.
activity-email-verified-html = You showed that an email address is yours.
activity-email-removed-html = You removed an email address.
activity-email-primary-changed-html = You chose another main email address.
activity-phone-added-html = You added a phone number.
activity-phone-verified-html = You showed that a phone number is yours.
activity-phone-contested-html = Someone else showed that a phone number of yours is theirs. It is checked no longer.
activity-phone-removed-html = You removed a phone number.
activity-phone-primary-changed-html = You chose another main phone number.
activity-profile-changed-html = You changed your profile: { $claims }.
activity-media-added-html = A photo or video was added to your wallet.
activity-media-rejected-html = A photo or video that you uploaded was refused.
activity-media-trashed-html = You moved a photo or video to the trash.
activity-media-restored-html = You brought a photo or video back from the trash.
activity-media-destroyed-html = A photo or video was deleted for good.
activity-approval-requested-html = <strong>{ $app }</strong> asked you to confirm something.
activity-consent-given-html = You shared with <strong>{ $app }</strong>: { $claims }.
activity-consent-changed-html = You changed what <strong>{ $app }</strong> can see. Now: { $claims }.
activity-consent-refused-html = You chose not to share with <strong>{ $app }</strong>.
activity-grant-withdrawn-html = You stopped sharing with <strong>{ $app }</strong>.
activity-grant-terminated-html = <strong>{ $app }</strong> gave back what you shared with it.
activity-authorization-approved-html = You signed in to <strong>{ $app }</strong>.
activity-token-issued-html = <strong>{ $app }</strong> got access to what you share.
activity-token-exchanged-html = <strong>{ $app }</strong> got a pass for another service in your name.
activity-token-refreshed-html = <strong>{ $app }</strong> renewed its access.
activity-token-revoked-html = <strong>{ $app }</strong> gave up its access.
activity-token-code-replayed-html = A sign-in to <strong>{ $app }</strong> was used twice. We ended its access.
activity-token-family-replayed-html = An old key of <strong>{ $app }</strong> was used again. We ended its access.
activity-data-read-html = <strong>{ $app }</strong> read: { $claims }.
activity-data-refused-html = <strong>{ $app }</strong> tried to read your details.
activity-other-html = Your wallet was changed.
