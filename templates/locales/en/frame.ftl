### What stands around every page, and words that many pages use.

brand = Social Wallet
page-title = { $page } – Social Wallet
page-title-error = Error: { $page } – Social Wallet
skip = Skip to main content
foot-help = Help
foot-privacy = Privacy
foot-settings = Language and theme
foot-outbox = Outbox
foot-dark = Dark theme
foot-light = Light theme

nav-label = Your wallet
nav-home = Wallet
nav-profile = Profile
nav-media = Photos and videos
nav-verification = Identity check
nav-apps = Connected apps
nav-activity = Activity
nav-sessions = Sessions
nav-security = Security
nav-settings = Settings
nav-desk = Review desk
nav-admin = Administration
nav-sign-out = Sign out

problem-title = There is a problem
error-prefix = Error:
continue = Continue
change = Change
save = Save changes
cancel = Cancel
sign-in = Sign in
sign-out = Sign out
stay-signed-in = Stay signed in
saved = Your changes are saved.

domain-verified = Domain verified
domain-not-verified = Not verified
chip-checked = Checked { $date }
chip-on-document = Checked on your document, { $date }
chip-typed = You typed this
chip-not-checked = Not checked

date = { $day } { $month } { $year }
date-time = { $date }, { $time } UTC
today = Today
yesterday = Yesterday
times-are-utc = Times are in UTC.
list-comma = ,
list-and = { $rest } and { $last }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
