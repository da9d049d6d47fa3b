### Answering somebody who asks from another device.

device-title = Connect a device
device-lead = Enter the code that your device shows.
device-warning = Enter only a code that you see on a device in front of you. Whoever sends you a code may want to get into your wallet.
device-code = Code on your device
device-code-hint = Eight letters, such as BCDF-GHJK.
problem-user-code = This code is wrong or has run out. Check it, or get a new one on your device.

elsewhere-device-html = You are connecting a device that shows the code <strong>{ $code }</strong>. Go on only if you have that device in front of you and see this code on it.
elsewhere-app-html = { $app } asks from outside of this browser. Go on only if you have just used it and expect this.
elsewhere-message-html = It should show you this at the same time: <strong>{ $message }</strong>
elsewhere-from = Asked from the network { $network }.

polled-allowed-title = You can go back to your device
polled-allowed-html = { $app } goes on by itself in a few seconds. You can close this page.
polled-apps = See your connected apps
polled-refused-title = Nothing was shared
polled-refused-html = { $app } gets nothing. You can close this page.

approvals-title = Questions for you
approvals-lead = These apps ask you outside of this browser. Answer only what you expect.
approvals-empty = No app asks you anything at the moment.
approvals-asked-html = Asks for: { $what }
approvals-when = Asked at { $when } UTC. You can answer until { $until } UTC.
approvals-look = Look and decide
approval-refused = Nothing was shared. The app is told.
