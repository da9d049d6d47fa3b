### What stands around every page, and words that many pages use.

brand = Social Wallet
page-title = { $page } – Social Wallet
page-title-error = خطأ: { $page } – Social Wallet
skip = انتقل إلى المحتوى الرئيسي
foot-help = المساعدة
foot-privacy = الخصوصية
foot-settings = اللغة والمظهر
foot-outbox = صندوق الصادر
foot-dark = المظهر الداكن
foot-light = المظهر الفاتح

nav-label = محفظتك
nav-home = المحفظة
nav-profile = الملف الشخصي
nav-media = الصور والفيديوهات
nav-verification = التحقق من الهوية
nav-apps = التطبيقات المتصلة
nav-activity = النشاط
nav-sessions = الجلسات
nav-security = الأمان
nav-settings = الإعدادات
nav-desk = مكتب المراجعة
nav-admin = الإدارة
nav-sign-out = تسجيل الخروج

problem-title = هناك مشكلة
error-prefix = خطأ:
continue = متابعة
change = تغيير
save = حفظ التغييرات
cancel = إلغاء
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
stay-signed-in = البقاء مسجَّلًا
saved = حُفظت تغييراتك.

domain-verified = نطاق موثَّق
domain-not-verified = غير موثَّق
chip-checked = تم التحقق في { $date }
chip-on-document = تم التحقق منه في وثيقتك في { $date }
chip-typed = أنت كتبت هذا
chip-not-checked = لم يُتحقق منه

date = { $day } { $month } { $year }
date-time = { $date }، { $time } بالتوقيت العالمي
today = اليوم
yesterday = أمس
times-are-utc = الأوقات بالتوقيت العالمي المنسَّق.
list-comma = ،
list-and = { $rest } و{ $last }
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
