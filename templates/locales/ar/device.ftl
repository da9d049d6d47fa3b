### Answering somebody who asks from another device.

device-title = وصل جهاز
device-lead = أدخل الرمز الذي يعرضه جهازك.
device-warning = أدخل فقط رمزًا تراه على جهاز أمامك. من يرسل إليك رمزًا قد يريد الدخول إلى محفظتك.
device-code = الرمز على جهازك
device-code-hint = ثمانية أحرف، مثل BCDF-GHJK.
problem-user-code = هذا الرمز غير صحيح أو انتهت صلاحيته. تحقق منه، أو احصل على رمز جديد من جهازك.

elsewhere-device-html = أنت توصل جهازًا يعرض الرمز <strong>{ $code }</strong>. تابع فقط إن كان هذا الجهاز أمامك وترى عليه هذا الرمز.
elsewhere-app-html = يسأل { $app } من خارج هذا المتصفح. تابع فقط إن كنت قد استخدمته للتو وتتوقع ذلك.
elsewhere-message-html = يُفترض أن يعرض لك هذا في الوقت نفسه: <strong>{ $message }</strong>
elsewhere-from = جاء الطلب من الشبكة { $network }.

polled-allowed-title = يمكنك العودة إلى جهازك
polled-allowed-html = يتابع { $app } من تلقاء نفسه خلال ثوانٍ. يمكنك إغلاق هذه الصفحة.
polled-apps = عرض التطبيقات المتصلة
polled-refused-title = لم تتم مشاركة أي شيء
polled-refused-html = لا يحصل { $app } على أي شيء. يمكنك إغلاق هذه الصفحة.

approvals-title = أسئلة لك
approvals-lead = تسألك هذه التطبيقات من خارج هذا المتصفح. أجب فقط عما تتوقعه.
approvals-empty = لا يسألك أي تطبيق شيئًا الآن.
approvals-asked-html = يطلب: { $what }
approvals-when = سُئلت في { $when } بالتوقيت العالمي. يمكنك الإجابة حتى { $until } بالتوقيت العالمي.
approvals-look = انظر وقرِّر
approval-refused = لم تتم مشاركة أي شيء. أُبلغ التطبيق بذلك.
