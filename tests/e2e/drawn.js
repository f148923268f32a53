// Pages of a PDF as pictures, in a browser: the office sets it on the page of switches,
// a PDF and a locked one (PPAP) are sent, told what became of them, and collected inside
// as one picture a page with the text unseen over it.
//   node tests/e2e/drawn.js BUILD
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { step, check, ...kit } = require('./kit.js');
const cityOf = require('./city.js');
const { Desk } = require('./desk.js');

const build = path.resolve(process.argv[2] || 'build');
const folder = path.join(os.tmpdir(), `sekisho-drawn-${process.pid}`);
const PASSWORD = 'Aonami-2026';
const names = ['様式第５号.pdf', '施錠した様式.pdf'];
let city, browser;

// A page in a font that the document does not carry, with a field that was filled in.
function form() {
  const sjis = (hex) => `<${hex}>`;
  const content = `BT/A 20 Tf 60 700 Td${sjis('8E7396AF90C589DB')}Tj ET`; // 市民税課
  const look = 'BT/H 14 Tf 2 4 Td(AONAMI 2026)Tj ET';
  const objects = ['<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R]/DR<</Font<</H 7 0 R>>>>/DA(/H 14 Tf 0 g)>>>>',
    '<</Type/Pages/Count 2/Kids[3 0 R 10 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Contents 4 0 R/Resources<</Font<</A 5 0 R>>>>/Annots[8 0 R 11 0 R]>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type0/BaseFont/MS-Mincho/Encoding/90ms-RKSJ-H/DescendantFonts[6 0 R]>>',
    '<</Type/Font/Subtype/CIDFontType2/BaseFont/MS-Mincho/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor/FontName/MS-Mincho/Flags 6/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>>>',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    '<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(AONAMI 2026)/Rect[60 600 260 620]/F 4/P 3 0 R/AP<</N 9 0 R>>/DA(/H 14 Tf 0 g)>>',
    `<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</H 7 0 R>>>>/Length ${look.length}>>stream\n${look}\nendstream`,
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Rotate 90/Contents 4 0 R/Resources<</Font<</A 5 0 R>>>>>>',
    '<</Type/Annot/Subtype/Link/Rect[60 690 200 720]/A<</S/URI/URI(https://example.jp/)>>>>'];
  let out = '%PDF-1.7\n';
  const places = objects.map((object, i) => { const at = out.length; out += `${i + 1} 0 obj\n${object}\nendobj\n`; return at; });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((p) => `${String(p).padStart(10, '0')} 00000 n \n`).join('')}`;
  return `${out}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`;
}

const desk = async (login, zone) => (await new Desk(browser, city, login, zone, { shots: 'drawn' }).open()).signIn();
const run = (program, args) => spawnSync(program, args, { encoding: 'utf8' });

async function set() {
  await step('the page of switches offers pictures instead of pages, and keeps the choice', async () => {
    const inner = await desk('hayashi', 'lgwan');
    await inner.go('/switches/page-drawing');
    check((await inner.text()).includes('PDFのすべてのページを画像に変換しました'), 'the switch has no sentence');
    await inner.look('switch');
    await inner.page.getByRole('radio', { name: 'すべてのページを画像にして通す' }).check();
    await inner.page.locator('form[action^="/switches/page-drawing"]').getByRole('button').last().click();
    await inner.go('/switches');
    const body = await inner.text();
    check(body.includes('すべてのページを画像にして通す') && body.includes('見えない文字を画像に重ねて通す'), 'the list does not say so');
  });
}

async function send(files) {
  let to;
  await step('a PDF and a locked one become pictures, and their page says so', async () => {
    const outer = await desk('aoki', 'internet');
    to = await outer.send(files, '届いた様式を確かめるため');
    await outer.give(names[1], PASSWORD);
    for (const name of names) {
      const said = await outer.box(name).last().innerText();
      check(said.includes('受け取れます') && said.includes('PDFのすべてのページを画像に変換しました'), `${name}: ${said}`);
    }
    await outer.look('sent');
  });
  return to;
}

async function collect(to) {
  await step('inside each page is one picture, as large as the page, with its text over it', async () => {
    const inner = await desk('aoki', 'lgwan');
    for (const name of names) {
      const copy = path.join(folder, 'collected.pdf');
      fs.writeFileSync(copy, (await inner.collect(to, name)).bytes);
      const sizes = run('pdfinfo', ['-l', '9', copy]).stdout;
      check(/Page +1 size: +595.28 x 841.89/.test(sizes) && /Page +2 size: +200 x 300/.test(sizes), `${name}: ${sizes}`);
      check(/^Encrypted: +no/m.test(sizes), `${name} is locked`);
      const pictures = run('pdfimages', ['-list', copy]).stdout.trim().split('\n').slice(2);
      check(pictures.length === 2, `${name}: ${pictures.length} pictures`);
      const text = run('pdftotext', [copy, '-']).stdout;
      check(text.includes('市民税課') && text.includes('AONAMI 2026'), `${name}: its text is ${text}`);
      const plain = run('qpdf', ['--qdf', '--object-streams=disable', copy, '-']).stdout;
      for (const word of ['/Annots', '/AcroForm', '/URI', 'MS-Mincho', 'Helvetica']) check(!plain.includes(word), `${name} holds ${word}`);
      run('pdftoppm', ['-r', '60', '-gray', '-l', '1', copy, path.join(folder, 'page')]);
      const drawn = fs.readFileSync(path.join(folder, 'page-1.pgm'));
      const rows = (from, to60) => drawn.subarray(drawn.length - 497 * 702).subarray(497 * from, 497 * to60).filter((v) => v < 160).length;
      check(rows(100, 125) > 40, `${name}: the letters are not on the picture`);
      check(rows(180, 205) > 40, `${name}: what was typed into the field is not on the picture`);
    }
  });
}

(async () => {
  city = await cityOf.start(build, folder);
  const files = names.map((name) => path.join(folder, name));
  fs.writeFileSync(files[0], form(), 'latin1');
  const locked = run('qpdf', ['--encrypt', PASSWORD, 'owner', '256', '--', files[0], files[1]]);
  if (locked.status !== 0) throw new Error(`no locked file: ${locked.stderr}`);
  browser = await kit.open();
  await set();
  await collect(await send(files));
  await browser.close();
  await city.end();
  fs.rmSync(folder, { recursive: true, force: true });
  kit.end();
})().catch(async (error) => {
  console.log(`FAIL the journey broke off\n  ${error.stack}`);
  if (browser) await browser.close();
  if (city) await city.end();
  console.log('0 passed, 1 failed');
  process.exit(1);
});
