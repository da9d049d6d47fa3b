### The person's own pages.

home-title = Your wallet
home-greeting-html = Hello, { $name }
home-wallet = In your wallet
home-filled =
    { $n ->
        [0] Nothing added yet
        [one] { $n } line filled
       *[other] { $n } lines filled
    }
home-fill = Open profile
home-security = Password and sessions
home-security-open = Open security
home-recent = What happened last
home-all-activity = See all activity
apps-can-see =
    { $n ->
        [0] No app can see your details
        [one] { $n } app can see your details
       *[other] { $n } apps can see your details
    }

apps-title = Connected apps
apps-lead = These apps can see details of yours. You can change or stop that at any time.
apps-empty = No app can see your details.
apps-shares-html = Shares: { $what }
apps-since = Since { $since }. Until you stop it.
apps-since-until = Since { $since }. Until { $until }.
apps-last-read = Last read on { $date }.
apps-never-read = Not read yet.
apps-manage = Manage
app-back = Back to connected apps
app-sees = What it can see
app-reads = What it read
apps-ended = No longer shared
apps-ended-on = Ended on { $date }.
apps-look = Look back
app-ended = You no longer share anything with this app. It ended on { $date }.
app-reads-refused = It tried to read your details
app-check-again = You are signed in again. Check your choice, then save it.
app-reads-id = Your sign-in ID only
app-reads-none = It has not read anything yet.
app-reads-all = See all reads by this app
app-stop-heading = End it
app-stop-lead-html = { $app } loses access at once. It may keep what it already saved.
stop-sharing = Stop sharing
stop-title = Stop sharing with { $app }?
stop-title-html = Stop sharing with { $app }?
stop-now-html = { $app } can read nothing more from this moment on.
stop-keeps-html = { $app } may keep what it already saved. We cannot take that back. Ask it to delete your data.
stop-again = When you use the app again, we ask you again.
stopped = Sharing is stopped. The app can read nothing more.

sessions-title = Sessions
sessions-lead = Browsers that are signed in to your wallet.
sessions-this = This browser
sessions-since = Signed in on { $since }. Last used on { $seen }.
sessions-end-others = Sign out everywhere else
sessions-ended = That browser is signed out.
sessions-others-ended = Every other browser is signed out.
device-known = { $browser } on { $system }
device-unknown = Unknown device

security-title = Security
security-password = Password
security-password-changed = Last changed on { $date }.
security-ends-others = Other browsers are signed out when you change it.
security-change = Change password
security-changed = Your password is changed.
security-recent = Last security events
security-sessions =
    { $n ->
        [one] { $n } browser is signed in
       *[other] { $n } browsers are signed in
    }

settings-title = Language and theme
settings-language = Language
settings-language-save = Use this language
settings-theme = Theme
settings-theme-save = Use this theme
theme-system = As my device
theme-light = Light
theme-dark = Dark
