### The operator's pages.

setup-title = إعداد خادم المحفظة
setup-lead = تصبح أول مسؤول. تعمل هذه الصفحة مرة واحدة.
setup-finish = إنشاء مسؤول
problem-setup-link = استُخدم هذا الرابط من قبل أو انتهت صلاحيته. أنشئ رابطًا جديدًا على الخادم.
admin-title = الإدارة
admin-count-accounts = المحافظ
admin-count-clients = المنصات
admin-count-grants = الأذونات السارية
admin-count-sessions = المتصفحات المسجَّلة
admin-platforms = المنصات
admin-platforms-none = لم تُسجَّل أي منصة بعد.
admin-self-registered = سجَّلت نفسها
admin-disabled = معطَّلة
admin-verify = توثيق النطاق
admin-unverify = سحب التوثيق
admin-disable = تعطيل
admin-enable = تفعيل
outbox-title = صندوق الصادر
outbox-lead = رسائل كتبها هذا الخادم بدل إرسالها. توجد هذه الصفحة في وضع التطوير فقط.
outbox-empty = لا رسائل بعد.
outbox-back = العودة إلى صندوق الصادر
