### The mails.

mail-signature = Social Wallet. We never ask for your password or a code by mail or phone.
mail-code-life =
    { $n ->
        [one] The code works for { $n } minute.
       *[other] The code works for { $n } minutes.
    }
mail-code-link = Or open this page, in whichever browser, and confirm there. Then go on in your first window.
mail-link-life =
    { $n ->
        [one] The page works for { $n } minute.
       *[other] The page works for { $n } minutes.
    }
mail-sign-up-code-subject = Your code for Social Wallet
mail-sign-up-code-lead = Enter this code to create your wallet:
mail-sign-up-code-not-you = If you did not ask for it, you need not do anything. No wallet is made without the code or the page.
mail-sign-up-known-subject = You already have a wallet
mail-sign-up-known-lead = Someone, perhaps you, tried to create a wallet with this email address. It has one already.
mail-sign-up-known-sign-in = Sign in here:
mail-sign-up-known-recover = If you forgot your password, choose a new one here:
mail-recover-code-subject = Your code for a new password
mail-recover-code-lead = Enter this code to choose a new password:
mail-recover-code-not-you = If you did not ask for it, you need not do anything. Your password stays as it is.
mail-app-connected-subject = You connected { $app }
mail-app-connected-lead = You connected { $app } to your wallet on { $at }.
mail-app-connected-claims = It can see: { $claims }.
mail-app-connected-stop = If this was not you, or to stop sharing, open:
mail-password-changed-subject = Your password was changed
mail-password-changed-lead = The password of your wallet was changed on { $at } with { $device }.
mail-password-changed-you = If this was you, you need not do anything.
mail-password-changed-not-you = If this was not you, choose a new password at once:
mail-new-sign-in-subject = New sign-in to your wallet
mail-new-sign-in-lead = Someone signed in to your wallet on { $at } with { $device }. We have not seen this browser before.
mail-new-sign-in-you = If this was you, you need not do anything.
mail-new-sign-in-not-you = If this was not you, end that session and change your password:
mail-webhook-disabled-subject = Webhooks to { $app } are off
mail-webhook-disabled-lead = This endpoint of { $app } did not take our messages, so we no longer call it:
mail-webhook-disabled-why = The last try ended with: { $why }.
mail-webhook-disabled-mend = What was not delivered is kept for 30 days. Mend the endpoint, then ask the operator of this wallet server to send it again.
mail-stream-paused-subject = Security events for { $app } are paused
mail-stream-paused-lead = Nobody takes the security events that wait for { $app }, so its stream is paused.
mail-stream-paused-mend = Mend the receiver, then set the status of the stream to enabled: what waits is sent. Events since the pause are lost, so look at your grants anew.
mail-approval-wanted-subject = { $app } asks you to confirm
mail-approval-wanted-lead = { $app } asks you to confirm that it is you, and what it may see.
mail-approval-wanted-message = It should show you this at the same time: { $message }
mail-approval-wanted-open = Look at it and decide here:
mail-approval-wanted-life =
    { $n ->
        [one] You can answer for { $n } minute.
       *[other] You can answer for { $n } minutes.
    }
mail-approval-wanted-not-you = If you are not using this app right now, do not confirm. Nothing is shared then.
mail-export-ready-subject = Your file with everything is ready
mail-export-ready-lead = The file with everything in your wallet is ready. You can download it until { $at }:
mail-export-ready-not-you = If you did not order it, choose a new password at once.
mail-deletion-asked-subject = Your wallet will be deleted
mail-deletion-asked-lead = You asked for your wallet to be deleted. It is closed now, and will be deleted on { $due }.
mail-deletion-asked-keep = If you change your mind, or if it was not you, keep it here:
mail-deletion-cancelled-subject = You keep your wallet
mail-deletion-cancelled-lead = Your wallet will not be deleted: you kept it on { $at }.
mail-deletion-done-subject = Your wallet was deleted
mail-deletion-done-lead = Your wallet was deleted on { $at }. We do not know your address any more once this mail is on its way.
mail-deletion-done-receipt = This is the signed receipt. It says what was destroyed, and nothing about you:
mail-account-unused-subject = Do you still need your wallet?
mail-account-unused-lead = Nobody has signed in to your wallet for a long time. If nobody does so until { $at }, we begin to delete it.
mail-account-unused-keep = To keep it, sign in once:
mail-identity-verified-subject = Your identity was confirmed
mail-identity-verified-lead = Reviewers confirmed your identity on { $at }, by the document and the pictures that you sent.
mail-identity-verified-see = You find the badge here:
mail-identity-verified-not-you = If you did not ask for this, tell us within 10 days. The badge is then taken away, and people look into it:
mail-identity-rejected-subject = Your identity could not be confirmed
mail-identity-rejected-lead = Reviewers looked at your document and your pictures, and could not confirm your identity:
mail-identity-rejected-next = You can ask for another review or begin again here:
mail-identity-again-subject = We need other pictures
mail-identity-again-lead = Reviewers looked at your document and your pictures, and cannot decide yet:
mail-identity-again-next = Upload other pictures here:
