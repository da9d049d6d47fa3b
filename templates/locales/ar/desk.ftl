### The desk of the reviewers.

desk-title = مكتب المراجعة
desk-held = لديك الآن
desk-waiting = في الانتظار
desk-empty = لا شيء ينتظر.
desk-appeal = طُلبت مراجعة أخرى
desk-escalated = لمراجع أقدم
desk-due = القرار قبل
desk-late = متأخر
desk-open = فتح
desk-claim = أخذه
desk-case-title = التحقق من هوية
desk-until = لديك حتى
desk-renew = خمس عشرة دقيقة أخرى
desk-release = إعادته
desk-not-yours = هذا التحقق ليس لديك الآن. يمكنك أخذه إن لم يكن لدى غيرك.
desk-no-pictures = أُتلفت الصور.
desk-pictures-hint = تُعرض الصور مرة واحدة خلال دقيقة. كل نظرة مسجَّلة، ويراها صاحبها.
desk-data = ما كتبه صاحب الطلب
desk-findings = ما وُجد
desk-failed =
    { $n ->
        [zero] لم تفشل أي عملية تحقق سابقة
        [one] لم تنجح عملية تحقق سابقة واحدة لهذا الشخص
        [two] لم تنجح عمليتا تحقق سابقتان لهذا الشخص
        [few] لم تنجح { $n } عمليات تحقق سابقة لهذا الشخص
        [many] لم تنجح { $n } عملية تحقق سابقة لهذا الشخص
       *[other] لم تنجح { $n } عملية تحقق سابقة لهذا الشخص
    }
desk-decisions = ما قرره الآخرون
desk-decide = قرارك
desk-checklist = ما نظرت إليه
desk-check-type = الوثيقة من النوع والبلد المختارين
desk-check-corners = الزوايا كلها ظاهرة
desk-check-expired = ما زالت صالحة
desk-check-tampering = لا يبدو أن شيئًا معدَّل
desk-check-face = الوجه هو الذي في الوثيقة
desk-check-challenge = الرقم وطريقة إمساك الورقة صحيحان
desk-check-data = في الوثيقة ما كُتب
desk-outcome = القرار
desk-outcome-approve = تأكيد
desk-outcome-reject = عدم التأكيد
desk-outcome-again = طلب صور أخرى
desk-outcome-escalate = تركه لمراجع أقدم
desk-outcome-fraud = احتيال
desk-reasons = الأسباب، كما يُخبَر بها صاحب الطلب
desk-note = ملاحظة
desk-note-hint = للمراجعين الآخرين. لا يراها صاحب الطلب.
desk-decide-go = قرار
desk-seat-first = المراجع الأول
desk-seat-second = المراجع الثاني
desk-seat-senior = المراجع الأقدم
desk-seat-service = الخدمة الخارجية
desk-found-mrz-wrong = في السطور المخصصة للآلات رقم تحقق خاطئ
desk-found-mrz-mismatch = السطور المخصصة للآلات لا تطابق ما كُتب
desk-found-expired = بحسب ما كُتب لم تعد الوثيقة صالحة
desk-found-underage = بحسب ما كُتب صاحب الطلب أصغر من اللازم، أو التاريخ ليس تاريخ ميلاد
desk-found-blurred = غير واضحة
desk-found-same-file = أرسلت محفظة أخرى الملف نفسه
desk-found-same-picture = أرسلت محفظة أخرى صورة تشبهها
desk-found-same-document = أظهرت محفظة أخرى هذه الوثيقة

desk-released = ينتظر الآن شخصًا آخر.
desk-renewed = لديك خمس عشرة دقيقة أخرى.
desk-decided = حُفظ قرارك.

desk-problem-own = هذا التحقق يخصك. على شخص آخر أن يقرر
desk-problem-two-person = قررت في هذا التحقق من قبل. على شخص آخر أن ينظر
desk-problem-lock-lost = لم يعد هذا التحقق لديك: انتهى وقتك أو صدر قرار
desk-problem-state = لا يمكن ذلك في هذا التحقق الآن
desk-problem-purged = أُتلفت الصور، فلم يعد القرار ممكنًا
problem-desk-checklist = ضع علامة على كل سطر بعد النظر، أو قرر غير ذلك
problem-desk-no-reasons = أزل الأسباب، أو قرر غير ذلك
problem-desk-reasons = اختر سببًا واحدًا على الأقل
problem-desk-note = اكتب ما رأيته
problem-desk-note-long = اكتب 2000 حرف على الأكثر
problem-desk-outcome = اختر قرارًا
problem-desk-expired = بحسب ما كُتب لم تعد الوثيقة صالحة، فلا يمكن تأكيدها
