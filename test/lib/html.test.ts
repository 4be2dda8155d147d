import { expect, test } from 'vitest'
import { textOfHtml } from '../../src/lib/html.ts'

test.each([
  ['1-3 days, < 5 & > 2', '1-3 days, < 5 & > 2'],
  ['<p>Hello</p>\n<p>World</p>', 'Hello\nWorld'],
  ['one<br>\ntwo<BR />three<br><br>four', 'one\ntwo\nthree\n\nfour'],
  ['<ul><li>uno<li>dos</ul>tres', 'uno\ndos\ntres'],
  ['<table><tr><th>Модель</th><td>A1</td></tr><tr><td>цена</table>', 'Модель A1\nцена'],
  ['plain\r\nlines\tand   blanks\n\n\n\nend ', 'plain\nlines and blanks\n\nend'],
  ['&nbsp;&euro;&#32;5 &#60;b&#62;fett&#60;/b&#62;', '€ 5 fett'],
  ['<script>alert(1)</script>Instant', 'Instant'],
  ['<SCRIPT SRC=//evil.example/x.js >a</SCRIPT >Kilitsiz', 'Kilitsiz'],
  ['<scr<script>ipt>alert(1)</scr</script>ipt>', 'ipt>alert(1)ipt>'],
  ['&lt;script&gt;alert(1)&lt;/script&gt;gratis', 'gratis'],
  ['&amp;lt;img src=x onerror=alert(1)&amp;gt;miễn phí', 'miễn phí'],
  ['free<img src=x onerror="alert(1)"', 'free'],
  ['<a href="JavaScript:alert(1)" onclick=go()>tıkla</a>', 'tıkla'],
  ['java\u0000script:alert(1) <b\u0007>x</b>', 'javascript alert(1) x'],
  ['java&#10;script:alert(1)', 'java\nscript alert(1)'],
  ['javascript :alert(1) vbscript:x', 'javascript alert(1) vbscript x'],
  ['<!-- note --> shown <!-- <b>unclosed', 'shown'],
  ['<![CDATA[<script>x</script>]]>ok<?php echo 1 ?>', 'ok'],
  ['<style>p{color:red}</style><title>t</title>解锁', '解锁'],
  ['<svg/onload=alert(1)><script>x</script></svg>ok', 'ok'],
  ['<iframe src=//evil.example><p>x</p></iframe>ok', 'ok'],
  ['<object><p>x</p></object><embed src=x>ok', 'ok'],
  ['<xmp><script>x</script></xmp>', ''],
  ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', ''],
  ['<b><i>unclosed', 'unclosed'],
  ['a\0b\u0007c\ud800', 'abc\ufffd'],
  ['<div dir=rtl>فتح &amp; قفل</div>', 'فتح & قفل'],
])('%j reads %j', (html, text) => {
  expect(textOfHtml(html)).toBe(text)
})

test('a text is cut, and one that is nested or escaped without end is no markup either', () => {
  expect(textOfHtml('x'.repeat(50), 10)).toBe('xxxxxxxxx…')
  expect(textOfHtml(`${'<div>'.repeat(50_000)}${'</p>'.repeat(10_000)}`)).toBe('')
  let escaped = '<script>'
  for (let times = 0; times < 12; times++) {
    expect(textOfHtml(escaped)).not.toMatch(/<[a-z/!?]/i)
    escaped = escaped.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  }
})
