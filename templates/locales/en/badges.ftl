### Badges, and what they prove.

badge-email-verified = Email address confirmed
badge-email-verified-proves = A code that was sent to the address came back.
badge-phone-verified = Phone number confirmed
badge-phone-verified-proves = A code that was sent to the number by text message came back.
badge-identity-verified = Identity checked
badge-identity-verified-proves = Reviewers compared an identity document with the person. Documents are looked at in pictures; no authority is asked.
badge-age-over-13 = 13 or older
badge-age-over-13-proves = The birth date on the checked identity document is at least 13 years ago.
badge-age-over-16 = 16 or older
badge-age-over-16-proves = The birth date on the checked identity document is at least 16 years ago.
badge-age-over-18 = 18 or older
badge-age-over-18-proves = The birth date on the checked identity document is at least 18 years ago.
badge-age-over-21 = 21 or older
badge-age-over-21-proves = The birth date on the checked identity document is at least 21 years ago.
badge-photo-verified = Photo shows the person
badge-photo-verified-proves = A reviewer compared the profile photo with the person on the checked document.
badge-account-age-1y = Wallet older than a year
badge-account-age-1y-proves = The wallet was opened at least 365 days ago.

## The page
badges-title = Badges
badges-lead = What has been proven about you. An app sees a badge only if you pick it for that app, and never the documents behind it.
badges-trust = Trust level { $level } of 4.
badges-how = How badges are checked
badges-since = Since { $date }
badges-until = until { $date }
badges-renew = Prove it again
badges-remove = Remove
badge-removed = The badge is removed. Apps no longer see it.
badge-state-active = Valid
badge-state-suspended = In doubt
badge-state-expired = Expired
badge-state-revoked = Taken back
badge-state-removed = Removed
claim-wallet-trust = Trust level
claim-wallet-badges = Badges
claim-age-over-13 = 13 or older
claim-age-over-16 = 16 or older
claim-age-over-18 = 18 or older
claim-age-over-21 = 21 or older
claim-verified-claims-given-name = Legal given name
claim-verified-claims-family-name = Legal family name
claim-verified-claims-birthdate = Birth date on your document
claim-verified-claims-nationalities = Nationality
claim-verification-evidence = Details of your document
claim-verification-document = that one reviewer checked the document
claim-verification-document-dual = that two reviewers checked the document
trust-level-of = { $level } of 4
answer-yes = Yes
answer-no = No

## Kinds of badges, for everyone
badge-types-title = Kinds of badges
badge-types-lead-html = What each badge proves. How checks are done is told in the <a href="{ $href }">trust framework</a>.
badge-type-slug = Apps know it as “{ $slug }”.
badge-valid-days = { $count ->
    [one] It counts for one day after the check.
   *[other] It counts for { $count } days after the check.
}
badge-valid-document = { $count ->
    [one] It counts as long as the document is valid, for one day at most.
   *[other] It counts as long as the document is valid, for { $count } days at most.
}
badge-valid-identity = It counts as long as the identity check does.
badge-valid-lasting = It counts as long as it is true.

## The trust framework
trust-title = Trust framework
trust-lead = This page says what a verification by this wallet means, so that apps can decide how far to rely on it.
trust-levels = Levels
trust-control = control
trust-control-answer = A code that was sent to an address or a number came back.
trust-document = document
trust-document-answer = One trained reviewer compared pictures of an identity document with a picture that the person took on the spot, with a challenge that was made for this one time.
trust-dual = document_dual
trust-dual-answer = Two reviewers did so independently, and agreed.
trust-not = What is not claimed
trust-not-answer = People look at pictures. No register is asked, no chip is read, and no software recognises faces. This does not meet NIST SP 800-63A or a level of eIDAS, and is never told as if it did.
trust-kept = What is kept
trust-kept-answer = Pictures are destroyed 7 days after an approval, 30 days after a rejection, 90 days after fraud, and a day after a check is abandoned. The number of a document is kept only as a keyed hash that finds a second wallet with the same document.

## The first page
home-badges-open = See your badges
