### Photos and videos.

media-title = الصور والفيديوهات
media-lead = تُحفظ مشفّرة، ولا يراها أحد ما لم تشاركها. ونزيل منها مكان التقاطها ووقته.
media-checked-by-file-check = يخضع كل ملف مرفوع لفحص الملفات، وهو ليس فحصًا للفيروسات.
media-checked-by-scanner = يفحص برنامج مضاد للفيروسات كل ملف مرفوع قبل أن يراه أي أحد.
media-used = { $photos }، { $videos }، { $bytes } من { $most }
media-count-photos =
    { $n ->
        [zero] لا صور
        [one] صورة واحدة
        [two] صورتان
        [few] { $n } صور
        [many] { $n } صورة
       *[other] { $n } صورة
    }
media-count-videos =
    { $n ->
        [zero] لا فيديوهات
        [one] فيديو واحد
        [two] فيديوهان
        [few] { $n } فيديوهات
        [many] { $n } فيديو
       *[other] { $n } فيديو
    }
media-megabytes = { $size } م.ب
media-hint = صور JPEG أو PNG أو WebP أو GIF حتى { $photo }، وفيديوهات MP4 أو MOV أو WebM حتى { $video } و{ $seconds } ثانية.
media-file = الملفات
media-upload = رفع
media-album = الألبوم
media-album-hint = يمكنك تركه فارغًا.
media-album-all = كل الألبومات
media-album-show = عرض ألبوم
media-albums = ألبوماتك:
media-show = عرض
media-empty = لا يوجد شيء هنا بعد.
media-older = صور وفيديوهات أقدم
media-video = فيديو
media-a-photo = صورة
media-a-video = فيديو
media-sending = جارٍ الرفع…
media-sent = تم الرفع. جارٍ الفحص والتجهيز…
media-ready = تم.
media-refused = تم رفض الملف.
media-again = لم ينجح ذلك. اختر الملف مرة أخرى للمتابعة.

media-state-uploading = جارٍ الرفع
media-state-quarantined = قيد الفحص
media-state-processing = قيد التجهيز
media-state-rejected = مرفوض
media-state-trashed = في سلة المهملات
media-told-uploading = لم يصل الملف كاملًا بعد. اختر الملف نفسه مرة أخرى للمتابعة.
media-told-quarantined = ينتظر الفحص. وحتى ذلك الحين لا يمكن لأحد رؤيته، ولا حتى أنت.
media-told-processing = يجري تجهيزه. يستغرق ذلك بضع ثوانٍ.
media-look-again = تحديث
media-told-trashed = لا يراه أحد سواك، وسيُحذف نهائيًا لاحقًا.
media-rejected-malware = عثر الفحص على شيء ضار فيه، فأُتلف.
media-rejected-decode = تعذّرت قراءته كصورة أو فيديو. ربما كان الملف تالفًا.
media-rejected-duration = الفيديو أطول من اللازم.
media-rejected-pixels = عدد بكسلات الصورة أكبر من اللازم.
media-rejected-policy = يحتوي على أكثر من صورة أو فيديو، أو على نوع فيديو لا نقبله.

media-alike = لديك صورة تشبهها
media-item-title = العنوان
media-alt = الوصف
media-alt-hint = لمن لا يستطيع رؤيته.
media-facts = التفاصيل
media-fact-file = اسم الملف
media-fact-size = الأبعاد بالبكسل
media-fact-length = المدة
media-fact-bytes = المساحة التي يشغلها
media-fact-added = تاريخ الإضافة
media-seconds =
    { $n ->
        [zero] أقل من ثانية
        [one] ثانية واحدة
        [two] ثانيتان
        [few] { $n } ثوانٍ
        [many] { $n } ثانية
       *[other] { $n } ثانية
    }
media-delete = نقل إلى سلة المهملات
media-restore = استعادة
media-destroy = حذف نهائي
media-back = العودة إلى صورك وفيديوهاتك
media-trash-title = سلة المهملات
media-trash-lead =
    { $n ->
        [zero] ما تحذفه يُتلف في اليوم نفسه.
        [one] يبقى ما تحذفه هنا يومًا واحدًا ثم يُتلف.
        [two] يبقى ما تحذفه هنا يومين ثم يُتلف.
        [few] يبقى ما تحذفه هنا { $n } أيام ثم يُتلف.
        [many] يبقى ما تحذفه هنا { $n } يومًا ثم يُتلف.
       *[other] يبقى ما تحذفه هنا { $n } يوم ثم يُتلف.
    }
media-trash-empty = سلة المهملات فارغة.

media-taken = وصل ما رفعته.
media-trashed = نُقل إلى سلة المهملات.
media-restored = تمت استعادته.
media-destroyed = حُذف نهائيًا.

media-problem-no-file = اختر ملفًا لرفعه
media-problem-type = اختر صورة JPEG أو PNG أو WebP أو GIF، أو فيديو MP4 أو MOV أو WebM
media-problem-heif = لا يمكن عرض صور HEIC وAVIF في كل مكان. اختر الصورة بصيغة JPEG
media-problem-large = الملف أكبر من اللازم: الحد الأقصى { $most }
media-problem-photos = تحتوي محفظتك على أكبر عدد ممكن من الصور. احذف بعضها أولًا
media-problem-videos = تحتوي محفظتك على أكبر عدد ممكن من الفيديوهات. احذف بعضها أولًا
media-problem-bytes = لا توجد مساحة كافية. احذف شيئًا أولًا
media-problem-cut = انقطع الرفع. حاول مرة أخرى

media-make-picture = استخدامها صورةً شخصية
line-pick-media = حدِّد ما تريد مشاركته. ما تضيفه لاحقًا لا يدخل فيه.
problem-too-many-picks = يمكن للتطبيق أن يرى 200 صورة وفيديو على الأكثر. ألغِ تحديد بعضها.
picture-title = صورتك الشخصية
picture-lead = اختر صورة من صورك. التطبيقات التي يُسمح لها برؤيتها تحصل على رابط إليها ينتهي حين توقف المشاركة.
picture-none = بلا صورة
picture-upload = ارفع صورة
