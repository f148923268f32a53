// Every page over the stage set (tests/unit/web/stage): at four widths without
// side scroll, without an axe finding, with its screenshot.
//   node tests/e2e/look.js build/tests/unit/web/{stage,hallstage,draftstage}
// LOOK=row looks only at the pages whose name holds that.
'use strict';
const { spawn } = require('child_process');
const { check, ...kit } = require('./kit.js');

const { free } = require('./city.js');

const pages = (outer, inner) => [
  ['signin', inner, '/signin', null], ['signin-outer', outer, '/signin', null],
  ['device', inner, '/signin/device', 'half_inner'],
  ['home', inner, '/', 'staff_inner'], ['home-manager', inner, '/', 'manager_inner'],
  ['home-chief', inner, '/', 'chief_inner'], ['home-outer', outer, '/', 'staff_outer'], ['send', outer, '/send', 'staff_outer'],
  ['provide', inner, '/provide', 'staff_inner'], ['crossings', inner, '/crossings', 'manager_inner'],
  ['result', inner, '/crossings/crossing1', 'staff_inner'], ['result-outer', outer, '/crossings/crossing1', 'staff_outer'],
  ['outward', inner, '/crossings/outward1', 'staff_inner'], ['decide', inner, '/decide', 'manager_inner'],
  ['decide-one', inner, '/decide/app1', 'manager_inner'], ['exception', inner, '/exception/crossing1/file1', 'manager_inner'],
  ['duties', inner, '/duties', 'manager_inner'], ['duty', inner, '/duties/dutyaaaaaaaaaaaaaaaaaaaaaa', 'manager_inner'],
  ['duty-question', inner, '/duties/dutybbbbbbbbbbbbbbbbbbbbbb', 'chief_inner'], ['year', inner, '/year', 'manager_inner'],
  ['proof', inner, '/proof', 'chief_inner'],
  ['clauses', inner, '/clauses', 'chief_inner'], ['clauses-found', inner, '/clauses?state=unproven&q=%E4%BE%8B%E5%A4%96', 'chief_inner'],
  ['clauses-section', inner, '/clauses?in=%E7%AC%AC2%E7%AB%A0%202.2', 'chief_inner'], ['clause', inner, '/clause?id=HN-2.3%282%29-1%2F2', 'chief_inner'],
  ['tokens', inner, '/tokens', 'staff_inner'],
  ['operation', inner, '/operation', 'chief_inner'], ['ledger', inner, '/ledger', 'chief_inner'],
  ['entry', inner, '/ledger/17', 'chief_inner'], ['refusal', inner, '/operation', 'staff_inner'],
  ['notfound', outer, '/decide', 'staff_outer'],
];

// Pages over the real rooms, with what stands in them (tests/unit/web/hallstage).
const rooms = (inner, at) => [
  ['organisation', inner, '/organisation', 'staff_inner'], ['person', inner, `/organisation/people/${at.person}`, 'staff_inner'],
  ['registers', inner, '/registers', 'staff_inner'], ['register', inner, '/registers/asset', 'staff_inner'],
  ['register-found', inner, '/registers/asset?q=%E7%A8%8E&level=A&order=changed', 'staff_inner'],
  ['row', inner, `/registers/medium/${at.medium}`, 'staff_inner'], ['row-new', inner, '/registers/asset/new', 'staff_inner'],
  ['row-edit', inner, `/registers/medium/${at.medium}/edit`, 'manager_inner'], ['book', inner, '/books/media_disposals', 'staff_inner'],
  ['record', inner, `/books/media_disposals/${at.open}`, 'staff_inner'], ['record-corrected', inner, `/books/media_disposals/${at.closed}`, 'staff_inner'],
  ['record-correct', inner, `/books/media_disposals/${at.open}/correct`, 'staff_inner'], ['deed-acts', inner, `/record?row=${at.medium}`, 'staff_inner'],
  ['apply', inner, '/apply', 'staff_inner'], ['apply-form', inner, `/apply/take_out?object=${at.asset}`, 'staff_inner'],
  ['apply-one', inner, `/decide/${at.application}`, 'manager_inner'], ['apply-joint', inner, `/decide/${at.joint}`, 'manager_inner'], ['apply-permitted', inner, `/decide/${at.permitted}`, 'staff_inner'],
  ['cases', inner, '/cases', 'staff_inner'], ['case-new', inner, '/cases/new/contract', 'manager_inner'],
  ['case-incident', inner, `/case/${at.incident}`, 'staff_inner'], ['case-contract', inner, `/case/${at.contract}`, 'manager_inner'],
  ['report', inner, '/report', 'staff_inner'], ['case-commission', inner, `/case/${at.incident}/commission`, 'staff_inner'], ['case-evidence', inner, `/case/${at.incident}/evidence`, 'staff_inner'], ['network', inner, '/network', 'staff_inner'],
  ['import', inner, '/registers/asset/import', 'manager_inner'], ['import-good', inner, `/registers/medium/import/${at.good}`, 'manager_inner'],
  ['import-bad', inner, `/registers/asset/import/${at.bad}`, 'manager_inner'], ['delegations', inner, '/organisation/delegations', 'supervisor_inner'],
  ['transfers', inner, '/organisation/transfers', 'it_inner'], ['transfer', inner, `/organisation/transfers/check/${at.moves}`, 'it_inner'],
  ['zones', inner, '/zones', 'supervisor_inner'], ['zones-staff', inner, '/zones', 'staff_inner'],
  ['zones-no', inner, '/zones?from=bunsho&to=resident-db&what=tcp+443', 'staff_inner'],
  ['zones-yes', inner, '/zones?from=lgwan&to=gamen&what=rdp', 'staff_inner'],
  ['zones-wrong', inner, '/zones?from=nobody&to=gamen&what=rdp', 'staff_inner'],
  ['zones-ask', inner, '/zones/ask?from=kanri-01&to=jlis&what=tcp+8443', 'staff_inner'],
  ['zones-cut', inner, '/zones/cut?first=internet', 'supervisor_inner'],
  ['deed-all', inner, '/record', 'staff_inner'], ['deed-event', inner, '/record?act=course_set', 'manager_inner'],
  ['told', inner, `/crossings/${at.told[0]}`, 'staff_inner'], ['told-refused', inner, `/crossings/${at.told[1]}`, 'staff_inner'],
  ['switches', inner, '/switches?section=tax', 'it_inner'], ['switch', inner, '/switches/vba?section=tax', 'it_inner'], ['switch-preset', inner, '/switches/all', 'it_inner'], ['switch-pages', inner, '/switches/page-drawing', 'it_inner'],
  ['exceptions', inner, '/exceptions', 'manager_inner'], ['exceptions-new', inner, '/exceptions/new?clause=HN-2.6.1(14)-1', 'manager_inner'],
  ['relaxations', inner, '/relaxations', 'supervisor_inner'], ['person-leaving', inner, `/organisation/people/${at.person}`, 'manager_inner'],
  ['inspections', inner, '/inspections', 'supervisor_inner'], ['inspection', inner, `/inspections/${at.review}`, 'supervisor_inner'],
  ['inspection-answer', inner, `/inspections/${at.review}/answer`, 'manager_inner'],
  ['inspection-section', inner, `/inspections/${at.review}/sections/tax`, 'supervisor_inner'],
  ['inspection-import', inner, `/inspections/${at.review}/import`, 'manager_inner'], ['audits', inner, '/audits', 'supervisor_inner'],
  ['documents', inner, '/documents', 'staff_inner'], ['window', inner, '/window', 'it_inner'], ['risks', inner, '/risks', 'supervisor_inner'],
  ['deed', inner, `/record?act=dispose_medium&row=${at.medium}`, 'staff_inner'],
];

// A whole office with two editions of its policy and a draft (tests/unit/web/draftstage).
const drafts = (inner, at) => [
  ['compare', inner, '/compare', 'ciso'], ['compare-left', inner, '/compare?old=e:2021-04-01&new=e:2023-06-05&style=genko', 'ciso'],
  ['compare-same', inner, '/compare?old=e:2023-06-05&new=e:2023-06-05', 'staff'], ['values', inner, '/values', 'staff'],
  ['values-unset', inner, '/values?unset=1', 'deputy'], ['drafts', inner, '/drafts', 'deputy'], ['drafts-staff', inner, '/drafts', 'staff'],
  ['draft', inner, `/drafts/${at.draft}`, 'deputy'], ['draft-ciso', inner, `/drafts/${at.draft}`, 'ciso'],
  ['draft-value', inner, `/drafts/${at.draft}/value?name=promptly`, 'deputy'], ['draft-yesno', inner, `/drafts/${at.draft}/value?name=rise`, 'deputy'],
  ['draft-post', inner, `/drafts/${at.draft}/value?name=subcontract_approver`, 'deputy'],
  ['draft-choice', inner, `/drafts/${at.draft}/choice?finding=29&clauses=FS-7.5(3)`, 'deputy'],
  ['broken-ledger', inner, '/ledger', 'ciso'], ['broken-proof', inner, '/proof', 'ciso'],
  ['draft-replay', inner, `/drafts/${at.draft}/replay`, 'deputy'],
];

const wanted = { notfound: 404, refusal: 403 }; // every other page is there

async function look(page, [name, host, path], width) {
  const reply = await page.goto(`http://${host}${path}`);
  check(reply.status() === (wanted[name] || 200), `${name}: ${reply.status()}`);
  await page.setViewportSize({ width, height: 900 });
  await kit.sound(page, name);
  if (width !== 1280 && width !== 390) return; // between them only the width differs
  await kit.accessible(page, name);
  await kit.shot(page, `look-${name}`);
}

// In English, where words are longest beside the width.
async function english(page, [name, host, path]) {
  await page.emulateMedia({ media: 'screen' });
  await page.context().addCookies([{ name: 'sekisho-language', value: 'en', url: `http://${host}/` }]);
  await page.setViewportSize({ width: 320, height: 900 });
  await page.goto(`http://${host}${path}`);
  await kit.sound(page, `${name} in English`, 'en');
  await page.setViewportSize({ width: 1280, height: 900 });
  await kit.shot(page, `english-${name}`);
}

// On paper (A4 without its margins): no menu, no buttons, nothing cut off.
async function paper(page, [name]) {
  await page.setViewportSize({ width: 680, height: 1000 });
  await page.emulateMedia({ media: 'print' });
  await kit.sound(page, `${name} on paper`);
  check(await page.locator('.nav:visible, .btn:visible, .crumbs:visible, .filters:visible').count() === 0, `${name}: what paper cannot do is printed`);
  await kit.shot(page, `paper-${name}`);
}

const papers = ['decide-one', 'result', 'clause', 'clauses-section', 'operation', 'entry', 'row', 'record', 'register', 'case-incident', 'case-commission', 'network', 'compare', 'draft'];

// One stage, and every page on it.
async function act(browser, program, rows) {
  const outer = await free(), inner = await free();
  const stage = spawn(program, [outer, inner], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told = JSON.parse(await new Promise((ok) => stage.stdout.once('data', (d) => ok(String(d)))));
  for (const row of rows(outer, inner, told)) {
    const [name, host, , who] = row;
    if (process.env.LOOK && !name.includes(process.env.LOOK)) continue;
    const page = await kit.person(browser, 1280);
    if (who) await page.context().addCookies([{ name: host === inner ? 'sekisho-inner' : 'sekisho-outer',
      value: told[who], url: `http://${host}/`, httpOnly: true, sameSite: 'Strict' }]);
    for (const width of [1280, 768, 390, 320]) await kit.step(`${name} at ${width}`, () => look(page, row, width));
    if (papers.includes(name)) await kit.step(`${name} on paper`, () => paper(page, row));
    await kit.step(`${name} in English`, () => english(page, row));
    await page.context().close();
  }
  stage.kill();
}

(async () => {
  const browser = await kit.open();
  await act(browser, process.argv[2], pages);
  await act(browser, process.argv[3], (outer, inner, told) => rooms(inner, told));
  await act(browser, process.argv[4], (outer, inner, told) => drafts(inner, told));
  await browser.close();
  kit.end();
})();
