### What people call claims, and the profile.

claim-sub = Your sign-in ID
claim-name = Name
claim-given-name = First name
claim-middle-name = Middle name
claim-family-name = Last name
claim-nickname = Nickname
claim-preferred-username = Username
claim-profile = Profile page
claim-picture = Profile photo
claim-website = Website
claim-gender = Gender
claim-birthdate = Birth date
claim-zoneinfo = Time zone
claim-locale = Language
claim-wallet-display-name = Display name
claim-wallet-headline = Headline
claim-wallet-pronouns = Pronouns
claim-wallet-bio = About me
claim-wallet-location = Where I am
claim-wallet-links = Links
claim-wallet-languages = Languages I speak
claim-wallet-interests = Interests
claim-wallet-accent-color = Colour of my profile
claim-wallet-photos = Photos you pick
claim-wallet-videos = Videos you pick
claim-updated-at = When you last changed your profile
claim-email = Email address
claim-email-verified = Whether your email address is checked
claim-phone-number = Phone number
claim-phone-number-verified = Whether your phone number is checked
claim-address = Postal address
claim-street-address = Street and house number
claim-locality = Town or city
claim-region = State or region
claim-postal-code = Postal code
claim-country = Country

profile-title = Profile
profile-lead = You choose line by line what an app may see. What is not here cannot be shared.
profile-group-name = Name
profile-group-about = About you
profile-group-address = Address
profile-group-region = Language and time
profile-group-social = Social profile
profile-nothing = Not added
profile-shared-with =
    { $n ->
        [one] Shared with { $n } app
       *[other] Shared with { $n } apps
    }
profile-edit-title = Change your profile
profile-edit-lead = Leave a line empty to take it out of your wallet.

hint-name = As you want to be called, in one line.
hint-preferred-username = Short and without spaces, like amina_y.
hint-gender = In your own words.
hint-profile = The address of a page about you, starting with https://
hint-website = Starting with https://
hint-phone-number = With the country code, like +49 151 12345678.
hint-locale = A language code, like en or ar-EG.
hint-zoneinfo = Like Europe/Berlin.
hint-wallet-display-name = The name that social platforms may show.
hint-wallet-headline = One line about you.
hint-wallet-pronouns = Like she/her or they/them.
hint-wallet-location = As you would say it: a town, a country.
hint-wallet-links = One on each line, starting with https://
hint-wallet-languages = One code on each line, like en or ar.
hint-wallet-interests = One on each line, 20 at most.
hint-wallet-accent-color = Like #1d4ed8.

problem-line = That is too long, or has characters that we cannot keep.
problem-url = Enter an address that starts with https://
problem-phone = Enter a phone number with its country code, like +49 151 12345678
problem-birthdate = Enter a real date in the past.
problem-locale = Enter a language code, like en or ar-EG
problem-zoneinfo = Enter a time zone, like Europe/Berlin
problem-color = Enter a colour, like #1d4ed8
problem-list = Enter one on each line: 20 at most, none longer than 60 characters.
