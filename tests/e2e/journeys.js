// Ways through the office, each by one person (or several) from the sign-in page to
// an end that matters, over the real programs.  Every page on the way: no side scroll,
// one h1, no request that leaves the office's two listeners, axe clean (with scripts).
// Journeys of one body share an office, in their order; bodies go side by side.
//   node tests/e2e/journeys.js BUILD [NUMBER]     JOURNEY=3 runs only that one
'use strict';
const http = require('http');
const path = require('path');
process.env.TAGS_BUILD = path.resolve(process.argv[2] || 'build');
const { Office } = require('./tags/kit.js');
const { Desk, journeys, check, kit } = require('./journeys/kit.js');

for (const file of ['applications', 'reviews', 'services', 'evidence', 'offices']) require(`./journeys/${file}.js`);
const only = Number(process.env.JOURNEY || process.argv[3] || 0);

// The assertion itself: a page that asks another house for a picture is found.
async function watched(browser) {
  const page = await kit.person(browser, 390, { origins: ['127.0.0.1:1'] });
  const asked = http.createServer((rq, re) => re.end('')).listen(0, '127.0.0.1');
  await new Promise((done) => asked.once('listening', done));
  await page.setContent(`<img src="http://127.0.0.1:${asked.address().port}/mark.png">`);
  asked.close();
  check(page.faults.some((f) => f.startsWith('leaves:')), 'a request that leaves is not seen');
  await page.context().close();
}

async function travel(browser, offices, keep, j, number) {
  const began = Date.now(), desks = [], counts = { pages: 0, looked: 0 };
  let wrong = '', note = '';
  const person = async (login, mode = j.mode) => {
    const desk = await new Desk(browser, offices.get(j.body), login, mode, String(number), counts).open();
    desks.push(desk);
    return desk.signIn();
  };
  try {
    if (!offices.has(j.body)) offices.set(j.body, await new Office(j.body).start());
    await j.run({ office: offices.get(j.body), keep, person, note: (text) => { note = text; } });
  } catch (error) {
    wrong = String(error && error.stack || error).split('\n').slice(0, 12).join('\n    ');
    for (const d of desks) await d.shot('failed').catch(() => {});
  }
  for (const d of desks) await d.done().catch((error) => { wrong = wrong || error.message; });
  if (wrong) console.log(`FAIL ${number} ${j.says}\n    ${wrong}`);
  return { number, wrong, line: `${String(number).padStart(2)} | ${j.says} | ${j.role} | ${j.mode} | ${j.body} | ${counts.pages} pages, ${counts.looked} new to axe | ${Math.round((Date.now() - began) / 1000)} s${note ? ` | ${note}` : ''}${wrong ? ' | FAILED' : ''}` };
}

(async () => {
  const browser = await kit.open(), results = [];
  let failed = 0;
  await watched(browser);
  const wanted = journeys.map((j, i) => [j, i + 1]).filter(([, number]) => !only || number === only);
  const lane = async (mine) => {
    const offices = new Map(), keep = {};
    for (const [j, number] of mine) results.push(await travel(browser, offices, keep, j, number));
    for (const [body, office] of offices)
      await office.end().catch((error) => { failed++; console.log(`FAIL ${body}: ${error.message}`); });
  };
  await Promise.all([lane(wanted.filter(([j]) => j.body === 'hannan')), lane(wanted.filter(([j]) => j.body !== 'hannan'))]);
  await browser.close();
  results.sort((a, b) => a.number - b.number);
  failed += results.filter((r) => r.wrong).length;
  console.log(results.map((r) => r.line).join('\n'));
  console.log(`${results.filter((r) => !r.wrong).length} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})();
