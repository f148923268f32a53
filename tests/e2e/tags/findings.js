// What has to be found where nobody asked: an entry that was written over, who leaves a room that
// he never entered, keys past their day, services that nobody listed, pledges that are missing,
// and what a subcontractor lacks.
'use strict';
const { spawnSync } = require('child_process');
const { tag, check, brief } = require('./kit.js');
const { Hand, hand, duties, whole, text } = require('../forms.js');
const { row } = require('../asking.js');
const { Terminal } = require('../terminal.js');

const tell = (t, act, object, facts = {}, more = {}) => t.post('mori', '/acts', { act, object, facts, ...more });
const late = (t, clause) => duties(t, clause, '--state', 'overdue');
async function stopped(t, said, clause) {
  check(said.verdict === 'refuse' && said.clause === clause && /[ぁ-ん]/.test(said.sentence), `${clause}: ${brief(said)}`);
  const entry = await t.entry(said.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, `a refused act was done: ${brief(entry)}`);
}

// ---- log-retention: the ledger itself --------------------------------------------------

function sql(t, words) {
  const said = spawnSync('sqlite3', [`${t.folder}/sekisho.db`, words], { encoding: 'utf8' });
  check(said.status === 0, `${words}: ${said.stderr}`);
  return said.stdout.trim();
}
// a session does not live through the night
async function again(t, it) {
  const fresh = new Terminal(t.inner);
  await fresh.signIn(t, it.person);
  return Object.assign(fresh, { person: it.person });
}
const nextDay = (t) => t.days(1);
const page = async (it, where) => text((await it.get(where)).text);

tag('log-retention', 'violation', 'an entry that was written over or is gone is found the next day: an incident, told on ledger and proof', { fresh: true }, async (t) => {
  let reader = (await hand(t, 'hayashi')).terminal;
  check((await t.state('LOCAL-HN-26')) === 'unproven', 'compared before its first day is over');
  nextDay(t);
  const sound = await t.until('it is compared', async () => (await t.entries({ kind: 'ledger.verified', limit: 1 }))[0]);
  check(sound.data.done === 'verify_ledger' && sound.data.with_rows === true && sound.data.entries > 0, brief(sound));
  await t.until('that is what was owed', async () => (await t.state('LOCAL-HN-26')) === 'met');
  reader = await again(t, reader);
  for (const where of ['/ledger', '/proof']) check((await page(reader, where)).includes('不一致はありませんでした'), `${where} does not say so: ${(await page(reader, where)).slice(0, 600)}`);
  const breaks = [
    ["UPDATE ledger_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"act\":\"office.', '\"act\":\"offise.') AS BLOB) WHERE seq = 7", '7'],
    ['DELETE FROM ledger_entry WHERE seq = 9', '9']];
  let after = sound.seq;
  for (const [words, seq] of breaks) {
    await t.stop();
    sql(t, `CREATE TABLE kept AS SELECT * FROM ledger_entry WHERE seq = ${seq}; ${words};`);
    await t.run();
    nextDay(t);
    const broken = await t.until('it is found', async () => (await t.entries({ kind: 'ledger.broken', limit: 1 })).find((e) => e.seq > after));
    check(broken.data.faults.some((f) => f.place.includes(seq)), `not where: ${brief(broken)}`);
    after = broken.seq;
    await t.until('somebody has to look', async () => (await t.entries({ kind: 'duty.opened', clause: 'LOCAL-HN-25', limit: 1 })).find((e) => e.seq > broken.seq));
    check(duties(t, 'LOCAL-HN-25').every((d) => d.owed.startsWith('supervisor') && d.due), brief(duties(t, 'LOCAL-HN-25')));
    reader = await again(t, reader);
    const cases = await page(reader, '/cases?kind=incident');
    check(cases.includes('台帳の不一致の発見'), `no incident: ${cases.slice(0, 800)}`);
    for (const where of ['/ledger', '/proof', '/operation']) check((await page(reader, where)).includes('記録に不一致があります'), `${where} says nothing`);
    await t.stop();
    sql(t, `DELETE FROM ledger_entry WHERE seq = ${seq}; INSERT INTO ledger_entry SELECT * FROM kept; DROP TABLE kept;`);
    await t.run();
    nextDay(t);
    await t.until('it agrees again', async () => (await t.entries({ kind: 'ledger.verified', limit: 1 })).find((e) => e.seq > after), 40);
    reader = await again(t, reader);
    check((await page(reader, '/proof')).includes('不一致はありませんでした'), 'the page still says that it is broken');
  }
  t.shows('chain-break');
});

// ---- physical-security: out without in -----------------------------------------------------

tag('physical-security', 'violation', 'who leaves without having entered: kept, and the manager of the place has to look', async (t) => {
  const staff = await hand(t, 'aoki'), me = await t.person('aoki');
  const site = await row(t, 'tanaka', 'site', '税務の媒体保管庫', { section: 'tax', controlled: 'yes', outside: 'no', permitted: me });
  const leave = () => staff.tell('leave', site.id, { performed_at: 'R8.4.2 10:00', entrance_check: 'ic_card' });
  const owed = () => duties(t, 'LOCAL-HN-22').filter((d) => d.object === site.id);
  check((await staff.tell('enter', site.id, { performed_at: 'R8.4.2 9:00', entrance_check: 'ic_card', shows_id: 'yes', visiting: 'no' })).status === 303, 'not let in');
  const out = await leave();
  check(out.status === 303 && owed().length === 0, `out after in is minded: ${brief(owed())}`);
  const again = await leave();
  check(again.status === 303, `kept inside: ${again.said.slice(0, 500)}`);
  const found = await t.until('the manager has to look', () => owed()[0]);
  check(found.owed.startsWith('manager@tax') && found.due, brief(found));
  const event = await t.entry({ kind: 'event.told', subject: site.id }, ['LOCAL-HN-22']);
  check(event.data.done === 'left_unentered' && event.actor === me, brief(event));
  await t.changes('LOCAL-HN-22', 'unproven', 'met', () =>
    t.post('tanaka', `/duties/${found.id}/settlement`, { as: 'done', note: '入室の記録を書き漏らしていました', evidence: [`entry:${event.seq}`] }));
  const card = await t.post('mori', '/acts', { act: 'leave', object: site.id, actor: await t.person('ueda'), facts: { entrance_check: 'ic_card' } });
  check(card.verdict === 'pass', brief(card));
  await t.until('told by a machine, too: ' + JSON.stringify([card, owed()]), () => owed().some((d) => d.id !== found.id));
  t.shows('left-unentered');
});

// ---- transfer-protection: a key past its day -------------------------------------------------

tag('transfer-protection', 'violation', 'a key past its last day signs and encrypts nothing that is sent', { fresh: true }, async (t) => {
  const key = await row(t, 'tanaka', 'signing_key', '税務課の署名の鍵', { holder: await t.person('tanaka'), purpose: '通知の署名', expires: '2026-04-02', kept_safe: 'yes' });
  const send = (id) => tell(t, 'send_with_key', '', { key: id }, { reference: 'mail/91' });
  check((await send(key.id)).verdict === 'pass', 'refused on a day on which it holds');
  t.day('2026-04-02', '23:00');
  check((await send(key.id)).verdict === 'pass', 'refused on its last day');
  t.day('2026-04-03', '00:30');
  await stopped(t, await send(key.id), 'HN-2.6.1(13)-2');
  const strange = await send('a'.repeat(26));
  check(strange.verdict === 'hold' && strange.clause === 'HN-2.6.1(13)-2', `a key in no register: ${brief(strange)}`);
  check(!(await t.entry(strange.entry)).data.done, 'it counts as done');
  const shown = await t.get('tanaka', `/registers/signing_key/rows/${key.id}`);
  check(shown.cells.expired === undefined, `written by hand: ${brief(shown.cells)}`);
  const said = await t.api('mori', 'POST', '/acts', { act: 'send_with_key', facts: { key: key.id, 'key.expired': 'no' } });
  check(said.status === 422, `who sends says that it holds: ${said.status} ${brief(said.data)}`);
  t.shows('key-expired');
});

// ---- cloud-service: in use, and on no list -----------------------------------------------------

tag('cloud-service', 'violation', 'a service in use that nobody listed is a finding: a case, and the manager has to look', async (t) => {
  const whom = await t.person('ueda');
  const seen = await tell(t, 'unlisted_found', whom, { service_name: '無料の翻訳サービス' });
  check(seen.clauses.includes('LOCAL-HN-24') && seen.case !== '', brief(seen));
  await t.entry(seen.entry, ['LOCAL-HN-24']);
  check((await t.get('mori', `/cases/${seen.case}`)).name.includes('上田 さくら'), 'the case does not say whose');
  const owed = await t.until('the manager has to look', () => duties(t, 'LOCAL-HN-24')[0]);
  check(owed.owed.startsWith('manager@tax') && owed.due, brief(owed));
  await t.changes('LOCAL-HN-24', 'unproven', 'met', () =>
    t.post('tanaka', `/duties/${owed.id}/settlement`, { as: 'done', note: '使うのをやめさせました', evidence: [seen.case] }));
  t.shows('unlisted-in-use');
});
for (const [body, clause] of [['annaka', 'BASE-8.2.7'], ['fukushima', 'LOCAL-FS-15']])
  tag('cloud-service', 'violation', `a service that nobody listed, in use: ${body}`, { body }, async (t) => {
    const seen = await tell(t, 'unlisted_found', await t.person('ueda'), { service_name: '無料の置き場' });
    check(seen.clauses.includes(clause) && seen.case !== '', brief(seen));
    await t.until('somebody has to look', () => duties(t, clause)[0]);
  });

// ---- endpoint-control: hardware that nobody approved --------------------------------------------

tag('endpoint-control', 'violation', 'a machine or part that nobody approved is to be removed, and the manager is told', async (t) => {
  const pc = await row(t, 'mori', 'host', '増設された端末', { section: 'tax', form: 'pc', issued: 'yes', resident: 'yes' });
  const seen = await tell(t, 'hardware_found', pc.id);
  await t.entry(seen.entry, ['LOCAL-HN-27']);
  const owed = await t.until('its removal is owed', () => duties(t, 'LOCAL-HN-27').find((d) => d.object === pc.id));
  check(owed.owed.startsWith('manager@tax') && owed.due, brief(owed));
  await t.changes('LOCAL-HN-27', 'unproven', 'met', () =>
    t.post('tanaka', `/duties/${owed.id}/settlement`, { as: 'done', note: '増設した記憶装置を外しました', evidence: [`entry:${seen.entry}`] }));
  t.shows('unknown-hardware');
});

// ---- training: no pledge, no id; and the year's look at it ---------------------------------------

async function temporary(t) { // one who works here for a while, of whom a pledge is wanted
  const file = `${t.folder}/temporary.csv`;
  require('fs').writeFileSync(file, '種別,職員番号,氏名,所属,身分\n採用,rinji,臨時 花子,税務課,臨時職員\n');
  const loaded = t.cli('transfer', 'load', file, '--on', t.today());
  check(loaded.status === 0, loaded.stdout + loaded.stderr);
  return (await t.until('she comes', async () => (await t.get('hayashi', '/people')).items.find((p) => p.name === '臨時 花子'))).id;
}

tag('training', 'violation', 'no pledge, no id: refused until it is signed; who has none at the yearly look is a finding', { fresh: true }, async (t) => {
  const her = await temporary(t);
  let manager = (await hand(t, 'tanaka')).terminal, staff = (await hand(t, 'aoki')).terminal;
  const id = (more) => ({ name: '臨時職員の利用者ID', cells: { shared: 'no', enabled: 'yes', person: her, ...more } });
  const unknown = await t.api('tanaka', 'POST', '/registers/account/rows', id());
  check(unknown.status === 403 && unknown.data.clause === 'LOCAL-HN-23' && unknown.data.detail.includes('同意書'), `opened without it: ${unknown.status} ${brief(unknown.data)}`);
  t.day('2026-05-01');
  const owed = await t.until('the pledge is minded', () => duties(t, 'LOCAL-HN-23').find((d) => d.object === her), 40);
  check(owed.owed.startsWith('manager@tax'), brief(owed));
  t.day('2027-04-02');
  t.tokens.clear();
  await t.until('it is overdue', () => late(t, 'LOCAL-HN-23').some((d) => d.object === her), 40);
  await t.entry({ kind: 'duty.overdue', clause: 'LOCAL-HN-23' }, ['LOCAL-HN-23']);
  check((await t.state('LOCAL-HN-23')) === 'overdue', 'the clause does not say so');
  t.shows('pledge-missing');
  manager = await again(t, manager);
  staff = await again(t, staff);
  const nobody = await new Hand(staff).tell('collect_consent', her, { performed_at: 'R9.4.2' });
  check(nobody.status === 409, `taken by one who may not: ${nobody.status} ${nobody.said.slice(0, 300)}`);
  const signed = await new Hand(manager).tell('collect_consent', her, { performed_at: 'R9.4.2' });
  check(signed.status === 303, `${signed.status} ${signed.said.slice(0, 500)}`);
  await t.entry({ kind: 'deed.told', subject: her });
  const made = await t.post('tanaka', '/registers/account/rows', id());
  await t.entry({ kind: 'register.registered', subject: made.id }, ['LOCAL-HN-23']);
  await t.until('what was owed is done', () => !late(t, 'LOCAL-HN-23').some((d) => d.object === her));
  t.shows('no-consent-no-account');
});

// ---- outsourcing: the subcontractor --------------------------------------------------------------

tag('outsourcing', 'violation', 'what a subcontractor lacks reaches the contract\'s manager, the report and the list of findings', async (t) => {
  const manager = await hand(t, 'tanaka'), auditor = await hand(t, 'hayashi');
  const contract = (await manager.open('contract', '税システムの保守', { section: 'tax', contractor: '青波電算', specific: 'no', cloud: 'no', development: 'yes' })).split('/').pop();
  const sub = (await manager.open('subcontract', '保守の再委託（港湾計算）', { contract })).split('/').pop();
  const seen = await tell(t, 'subcontractor_shortfall', sub);
  for (const clause of ['HN-2.8.1(3)/2', 'HN-2.8.1(3)/3']) check(seen.clauses.includes(clause) || seen.due.some((d) => d.clause === clause), brief(seen));
  const report = await t.until('the report is owed', () => duties(t, 'HN-2.8.1(3)/3').find((d) => d.object === sub));
  check(report.owed.startsWith('manager@tax') && (await page(manager.terminal, `/duties/${report.id}`)).includes('統括情報セキュリティ責任者'), brief(whole(t, report)));
  const act = await t.until('acting on the contract is asked', () => duties(t, 'HN-2.8.1(3)/2', '--state', 'question').find((d) => d.object === sub));
  check(act.owed.startsWith('manager@tax'), brief(act));
  const finding = await t.get('hayashi', `/cases/${seen.case}`);
  check(finding.kind === 'finding' && finding.cells.subcontract === sub, brief(finding));
  await t.post('tanaka', `/duties/${report.id}/settlement`, { as: 'done', note: '再委託先の不足を報告しました', evidence: [seen.case] });
  const done = await t.entry({ kind: 'duty.done', clause: 'HN-2.8.1(3)/3' }, ['HN-2.8.1(3)/3']);
  check(done.subject === report.id, `another duty: ${brief(done)}`);
  const shown = await page(auditor.terminal, `/case/${seen.case}`);
  check(shown.includes('港湾計算'), `the finding does not name it: ${shown.slice(0, 800)}`);
  t.shows('subcontractor-finding');
});
tag('outsourcing', 'violation', 'a subcontractor that nobody approved: a case, and acting on the contract is owed', async (t) => {
  const manager = await hand(t, 'tanaka');
  const contract = (await manager.open('contract', '通知書の印刷', { section: 'tax', contractor: '青波印刷', specific: 'no', cloud: 'no', development: 'no' })).split('/').pop();
  const seen = await tell(t, 'unapproved_subcontract', contract);
  check(seen.case !== '' && seen.clauses.includes('HN-2.8.1(3)/2'), brief(seen));
  check((await t.get('hayashi', `/cases/${seen.case}`)).cells.contract === contract, 'the case does not name the contract');
  const owed = await t.until('acting on it is owed', () => duties(t, 'HN-2.8.1(3)/2').find((d) => d.object === contract));
  check(owed.owed.startsWith('manager@tax'), brief(owed));
  t.shows('unapproved-subcontractor');
});
