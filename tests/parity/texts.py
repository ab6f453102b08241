"""Questions in many scripts. COMMON ones mean the same ids to every CLIP tokenizer; CLEANED ones need the original's cleaning."""

COMMON = ("a photo of a cat", "", "café crème brûlée", "cre\u0300me bru\u0302le\u0301e", "你好世界", "猫の写真", "고양이와 개",
          "\U0001F600\U0001F44D\U0001F3FD", "❤️ on a beach", "ПРИВЕТ мир", "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
          "\u0627\u0644\u0633\u0644\u0627\u0645", "you should've done this, it's 2021!!!", "½ ² Ⅳ", "naïve_snake_case @ 3.14",
          "\u0130stanbul", "  spaces \t and\nlines ", "a very long story of a dog that went " * 40, "word" * 200)
CLEANED = ("\u201cquoted\u201d it\u2019s", "\ufb01sh \uff26\uff35\uff2c\uff2c", "&amp;amp; &lt;b&gt; &eacute;", "&ampx &not &copy2020 &#128512;",
           "\u4f60\u597d\uff0c\u4e16\u754c", "ΟΔΟΣ", "it'\u017f", "a\u00a0b\u200bc\u3000d", "hello\x07world!", "x\u001cy\u0085z",
           "line one\r\nline <b>two</b> &eacute;")
