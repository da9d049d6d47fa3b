### ما يستطيع المرء فعله ببياناته.

nav-privacy = الخصوصية
rights-title = الخصوصية
rights-lead = بياناتك ملك لك: خذها كلها معك، أو أحضرها من محفظة أخرى، أو احذفها.
rights-back = العودة إلى الخصوصية
rights-export = الحصول على كل شيء
rights-export-lead = ملف واحد فيه كل ما تحتويه محفظتك: تفاصيلك وشاراتك وصورك ومقاطعك، وما تشاركه ومن قرأه. الملف يشرح نفسه، ويمكن لمحفظة أخرى أن تستورده.
rights-export-order = إعداد الملف
rights-export-download = تنزيل
rights-export-queued = في الانتظار
rights-export-building = قيد الإعداد
rights-export-ready = جاهز
rights-export-expired = انتهت مدته
rights-export-failed = تعذّر إعداده
rights-export-large = حجمه كبير جدًا
rights-export-until = حتى { $date }، { $size } ميغابايت
rights-export-time = يستغرق ذلك بضع دقائق. سنرسل إليك رسالة عندما يصبح جاهزًا.
rights-export-kept =
    { $n ->
        [zero] لا يمكنك تنزيله بعد اليوم. ثم يُحذف.
        [one] يمكنك تنزيله ليوم واحد. ثم يُحذف.
        [two] يمكنك تنزيله ليومين. ثم يُحذف.
        [few] يمكنك تنزيله لمدة { $n } أيام. ثم يُحذف.
        [many] يمكنك تنزيله لمدة { $n } يومًا. ثم يُحذف.
       *[other] يمكنك تنزيله لمدة { $n } يوم. ثم يُحذف.
    }
rights-export-safe = احفظه في مكان آمن: من يملك الملف يستطيع قراءة كل ما فيه.
rights-export-begun = الملف قيد الإعداد. سنرسل إليك رسالة عندما يصبح جاهزًا.
rights-import = إحضار حزمة
rights-import-lead = استورد ملفًا كهذا من محفظة أخرى. يبقى ما لديك هنا كما هو، ولا يُعدّ شيء مما في الملف موثّقًا.
rights-import-file = ملف ZIP
rights-import-hint = بحد أقصى { $most } ميغابايت
rights-import-bring = إحضاره
rights-import-title = نتيجة استيراد الحزمة
rights-import-queued = في الانتظار
rights-import-running = قيد الاستيراد
rights-import-done = اكتمل
rights-import-wait = افتح هذه الصفحة مرة أخرى بعد قليل. لا داعي للانتظار هنا.
rights-import-nothing = ما استُورد قبل ذلك يبقى. لم يُحفظ شيء آخر من الملف.
rights-import-taken = تم استيراده
rights-import-left = لم يُستورد
rights-import-known = موجود هنا بالفعل
import-bad-malformed = الملف ليس ملف ZIP أو أنه تالف
import-bad-name = في الملف أسماء تشير إلى أماكن أخرى
import-bad-many = في الملف عدد كبير جدًا من الملفات
import-bad-method = الملف محمي بكلمة مرور أو مضغوط بطريقة لا نعرفها
import-bad-large = أحد الملفات داخله كبير جدًا
import-bad-manifest = ليست فيه قائمة بملفاته: إنه ليس حزمة من محفظة
import-bad-version = أعدّته محفظة أحدث
import-bad-sums = تغيّر الملف بعد إعداده
import-bad-form = تعذّرت قراءة جزء منه
import-bad-other = تعذّر استيراده
import-why-trash = كان في سلة المهملات
import-why-unknown = هذه المحفظة لا تعرف هذا النوع من التفاصيل
import-why-own = لديك قيمة أخرى هنا
import-why-value = هذه المحفظة لا تقبل مثل هذه القيمة
import-why-code = أضفه في صفحة بيانات الاتصال برمز نرسله إليك
import-why-unproven = لم يُتحقق منه بعد
import-why-number = لا يمكن حفظ هذا الرقم هنا
import-why-missing = ملفه مفقود
import-why-sum = تغيّر ملفه أو أنه تالف
import-why-type = هذه المحفظة لا تقبل مثل هذا الملف
import-why-large = ملفه كبير جدًا
import-why-room = لا مكان له
rights-more = ماذا يمكنك أن تفعل أيضًا
rights-know-html = اعرف من قرأ تفاصيلك: <a href="{ $href }">النشاط</a>.
rights-correct-html = صحّح تفاصيلك: <a href="{ $href }">الملف الشخصي</a>.
rights-stop-html = أوقف المشاركة مع تطبيق: <a href="{ $href }">التطبيقات المتصلة</a>.
rights-notice-html = اقرأ ما نحتفظ به وإلى متى: <a href="{ $href }">إشعار الخصوصية</a>. نحن لا نبيع شيئًا من بياناتك لأحد.
rights-delete = حذف محفظتك
rights-delete-lead = يُحذف كل شيء: تفاصيلك وشاراتك وصورك ومقاطعك. ولا تستطيع التطبيقات قراءة أي شيء بعد ذلك فورًا.
rights-delete-begin = حذف محفظتي
rights-delete-all = يُحذف كل ما في محفظتك. ويُتلف مفتاحها، فلا يستطيع أحد قراءة ما قد يبقى في نسخة احتياطية.
rights-delete-apps =
    { $n ->
        [zero] لا يستطيع أي تطبيق قراءة شيء الآن.
        [one] لن يستطيع تطبيق واحد قراءة شيء من الآن.
        [two] لن يستطيع تطبيقان قراءة شيء من الآن.
        [few] لن تستطيع { $n } تطبيقات قراءة شيء من الآن.
        [many] لن يستطيع { $n } تطبيقًا قراءة شيء من الآن.
       *[other] لن يستطيع { $n } تطبيق قراءة شيء من الآن.
    }
rights-delete-signed-out = يُسجَّل خروجك من كل مكان.
rights-delete-export-html = يمكنك أولًا <a href="{ $href }">الحصول على كل شيء</a>.
rights-delete-when = متى
rights-delete-usual =
    { $n ->
        [zero] اليوم؛ ويمكنني تغيير رأيي حتى ذلك الحين
        [one] بعد يوم واحد؛ ويمكنني تغيير رأيي حتى ذلك الحين
        [two] بعد يومين؛ ويمكنني تغيير رأيي حتى ذلك الحين
        [few] بعد { $n } أيام؛ ويمكنني تغيير رأيي حتى ذلك الحين
        [many] بعد { $n } يومًا؛ ويمكنني تغيير رأيي حتى ذلك الحين
       *[other] بعد { $n } يوم؛ ويمكنني تغيير رأيي حتى ذلك الحين
    }
rights-delete-fast =
    { $n ->
        [zero] خلال هذه الساعة
        [one] بعد ساعة واحدة
        [two] بعد ساعتين
        [few] بعد { $n } ساعات
        [many] بعد { $n } ساعة
       *[other] بعد { $n } ساعة
    }
rights-delete-at-once = فورًا؛ ولا يمكن استرجاع أي شيء
rights-delete-confirm = اكتب بريدك الإلكتروني للتأكيد
rights-delete-sure = ستُحذف محفظتك فورًا. لا يستطيع أحد استرجاعها، ولا حتى نحن.
rights-delete-now = احذفها فورًا
deletion-asked-title = أُغلقت محفظتك
deletion-asked = ستُحذف عند انتهاء المدة التي اخترتها. أرسلنا إليك رسالة فيها التاريخ.
deletion-asked-back = إذا غيّرت رأيك فافتح الرابط الذي في الرسالة أو سجّل الدخول.
deletion-now = يجري حذفها في هذه اللحظة. سنرسل إليك إيصالًا بالبريد.
deletion-pending-title = ستُحذف هذه المحفظة
deletion-pending = ستُحذف في { $date }.
deletion-pending-keep = ما زال بإمكانك الاحتفاظ بها. تبقى التطبيقات غير متصلة.
deletion-keep = الاحتفاظ بمحفظتي
deletion-leave = دعها تُحذف
deletion-over = هذا الرابط قديم جدًا أو استُخدم من قبل.
deletion-kept-title = تحتفظ بمحفظتك
deletion-kept = لن تُحذف. سجّل الدخول لاستخدامها.
problem-export-running = هناك ملف قيد الإعداد بالفعل.
problem-export-recent = حصلت على ملف قبل وقت قصير. يمكنك طلب الملف التالي بعد يوم.
problem-bundle-large = الملف كبير جدًا.
problem-bundle-cut = لم يصل الملف كاملًا. حاول مرة أخرى.
problem-bundle-empty = اختر ملف ZIP.
problem-bundle-running = هناك ملف آخر قيد الاستيراد. انتظر حتى ينتهي.
problem-pace = اختر متى.
problem-confirm = اكتب البريد الإلكتروني لمحفظتك.
problem-last-operator = أنت آخر من يدير خادم المحفظة هذا. أعطِ الدور لشخص آخر أولًا.
problem-deletion-pending = من المقرر حذف هذه المحفظة بالفعل.
privacy-rights = حقوقك
privacy-rights-answer-html = يمكنك بنفسك الحصول على نسخة من كل شيء ونقلها وتصحيحها وحذفها في صفحة <a href="{ $href }">الخصوصية</a> دون أن تسأل أحدًا.
privacy-sale = البيع
privacy-sale-answer = نحن لا نبيع تفاصيلك ولا نؤجّرها، ولا نستخدمها في الإعلانات.
privacy-kept = إلى متى نحتفظ بالأشياء
privacy-kept-then = ثم تُحذف، ما لم يُذكر غير ذلك.
retention-hours =
    { $n ->
        [zero] أقل من ساعة
        [one] ساعة واحدة
        [two] ساعتان
        [few] { $n } ساعات
        [many] { $n } ساعة
       *[other] { $n } ساعة
    }
retention-days =
    { $n ->
        [zero] أقل من يوم
        [one] يوم واحد
        [two] يومان
        [few] { $n } أيام
        [many] { $n } يومًا
       *[other] { $n } يوم
    }
retention-challenges = الرموز التي لم تُستخدم وعمليات التسجيل التي لم تكتمل
retention-sessions = عمليات الدخول المنتهية
retention-security-log = سجل عمليات الدخول والتغييرات
retention-activity-log = سجل من قرأ ماذا
retention-consent-log = سجل ما وافقت عليه وما أوقفته
retention-trash = الصور والمقاطع في سلة المهملات
retention-exports = ملفات كل شيء التي طلبتها
retention-deletions = المحفظة التي تريد حذفها، حتى لا يعود بإمكانك تغيير رأيك
retention-tombstones = صيغة مشفّرة من البريد الإلكتروني لمحفظة محذوفة
retention-unused = المحفظة التي لا يدخل إليها أحد (نخبرك مرتين قبل ذلك)
retention-backups = النسخ الاحتياطية المشفّرة
