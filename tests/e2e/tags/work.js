// Training and outsourcing: what is planned, held, attended; what a contract must say
// before it is concluded and what must be proven before it ends.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, whole, told } = require('../forms.js');

async function course(t, name, cells) {
  return t.post('hayashi', '/registers/course/rows', { name, cells });
}

// ---- training -----------------------------------------------------------------------

tag('training', 'way', 'a course for a role is decided on, everybody is asked to come, coming and its test are kept', async (t) => {
  const ciso = await hand(t, 'kuroda'), staff = await hand(t, 'aoki');
  const row = await course(t, '全職員研修（標的型攻撃）', { audience: 'everybody', drill: 'no', fits_role: 'yes' });
  const decided = await ciso.tell('course_set', row.id, { performed_at: 'R8.4.1' });
  check(decided.status === 303 && /^\/record\/\d+$/.test(decided.location), `not told: ${decided.status} ${decided.said.slice(0, 600)}`);
  const page = await ciso.terminal.get(decided.location);
  check(page.status === 200 && page.text.includes('これからすること'), 'the page does not say what begins');
  const all = await t.until('everybody is asked', () => { const d = duties(t, 'HN-2.5.2(3)'); return d.length >= 15 && d; });
  check(all.every((d) => d.state === '未了' && d.due), `without a day: ${brief(all[0])}`);
  await t.changes('HN-2.5.2(1)-1', 'unproven', ['met', 'unproven'], async () => {
    const held = await ciso.tell('hold_course', row.id, { performed_at: 'R8.4.10 14:00' });
    check(held.status === 303 && held.location.startsWith('/books/courses/'), `no record: ${held.status} ${held.said.slice(0, 800)}`);
    await t.entry({ kind: 'deed.told', subject: row.id }, ['HN-2.5.2(1)-1', 'HN-2.5.2(1)-3']);
  });
  await t.changes('HN-2.5.2(1)-3', ['met', 'unproven'], 'met', async () => {});
  const before = duties(t, 'HN-2.5.2(3)').length;
  const came = await staff.tell('attend_course', row.id, { performed_at: 'R8.4.10', score: '85' });
  check(came.status === 303 && came.location.startsWith('/books/attendance/'), `${came.status} ${came.said.slice(0, 800)}`);
  const mine = duties(t, 'HN-2.5.2(3)', '--person', 'aoki')[0];
  const done = await staff.send(`/duties/${mine.id}`, `/duties/${mine.id}`, { act: 'done', note: '4月10日に受講し、理解度は85点でした', evidence: row.id });
  check(done.status === 303, `not settled: ${done.said.slice(0, 600)}`);
  check(duties(t, 'HN-2.5.2(3)').length === before - 1, 'the invitation still stands');
  const record = await staff.terminal.get(came.location);
  check(record.text.includes('85'), 'the result of the test is not in the record');
});

tag('training', 'violation', 'a course that fits no role, and a drill without its extent, are not held', async (t) => {
  const ciso = await hand(t, 'kuroda');
  const poor = await course(t, '一律の研修', { drill: 'no', fits_role: 'no' });
  const held = await ciso.tell('hold_course', poor.id, { performed_at: 'R8.4.2' });
  check(held.status === 409, `held: ${held.status}`);
  told(held, '第2章 5.2 (1)③');
  const kept = await t.entry({ kind: 'deed.refused', subject: poor.id }, ['HN-2.5.2(1)-3']);
  check(JSON.stringify(kept.data) === '{"act":"hold_course"}', `what was told is kept: ${brief(kept.data)}`);
  const drill = await course(t, '緊急時対応訓練', { drill: 'yes', scale_considered: 'yes', organisation: '各課の管理者' });
  const blind = await ciso.tell('hold_course', drill.id, { performed_at: 'R8.4.2' });
  check(blind.status === 400, `held without its extent: ${blind.status}`);
  told(blind, '訓練の範囲');
  check((await t.state('HN-2.5.2(2)/2')) === 'unproven', 'a drill that was not held proves something');
});

tag('training', 'violation', 'who stays away is asked again and the section manager is told', { fresh: true }, async (t) => {
  const ciso = await hand(t, 'kuroda');
  const row = await course(t, '新制度の研修', { audience: 'everybody', drill: 'no', fits_role: 'yes' });
  check((await ciso.tell('course_set', row.id, { performed_at: 'R8.4.1' })).status === 303, 'not told');
  await t.until('everybody is asked', () => duties(t, 'HN-2.5.2(3)').length >= 15);
  t.day('2026-05-07');
  const late = await t.until('they are overdue', () => { const d = duties(t, 'HN-2.5.2(3)', '--state', 'overdue'); return d.length >= 15 && d; });
  const clerk = whole(t, duties(t, 'HN-2.5.2(3)', '--person', 'aoki', '--state', 'overdue')[0]);
  check(clerk.escalations > 0 && clerk.upwards.some((u) => u.post === 'manager' && u.scope === 'tax'), `the manager is not told: ${brief(clerk.upwards)}`);
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.5.2(3)' }, ['HN-2.5.2(3)']);
  check(late.length && (await t.state('HN-2.5.2(3)')) === 'overdue', 'the clause does not say so');
  const home = await (await hand(t, 'tanaka')).terminal.get('/');
  check(home.text.includes('研修・訓練の受講'), 'the manager does not see it at home');
  t.shows('absent');
});

tag('training', 'violation', 'a new hire without a course becomes a finding on the day that the office set', { fresh: true }, async (t) => {
  const before = await t.state('HN-2.5.2(1)-2');
  check(t.cli('person', 'add', 'shinnin', '新人 太郎', 'tax').status === 0, 'nobody is hired');
  const asked = await t.until('the course for him is asked for', () => duties(t, 'HN-2.5.2(1)-2')[0]);
  check(asked.owed.startsWith('ciso') && asked.due === '2026-05-01', `${brief(asked)}`);
  t.day('2026-05-07');
  await t.until('it is overdue', async () => (await t.state('HN-2.5.2(1)-2')) === 'overdue');
  check(before !== 'overdue', 'it was overdue before');
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.5.2(1)-2' }, ['HN-2.5.2(1)-2']);
  t.shows('newcomer-untrained');
});

// ---- outsourcing ------------------------------------------------------------------------

const facts = { section: 'tax', contractor: '青波システム株式会社', development: 'yes', measures_confirmed: 'yes' };
async function begun(t, name, more = {}) {
  const manager = await hand(t, 'tanaka');
  const where = await manager.open('contract', name, { ...facts, ...more });
  const selected = await manager.move(where, 'contract.select');
  check(selected.status === 303, `not selected: ${selected.said.slice(0, 600)}`);
  return [manager, where, where.split('/').pop()];
}

tag('outsourcing', 'way', 'selected, concluded with every item, explained, checked, ended with proof of return', async (t) => {
  const [manager, where, id] = await begun(t, '税システムの運用・保守');
  await t.entry({ kind: 'case.moved', subject: id }, ['HN-2.8.1(1)-1']);
  check((await manager.answer(where, 'yes')).status === 303, 'the items are not answered');
  await t.changes('HN-2.8.1(2)-p6', ['unproven', 'met'], 'met', async () => {
    const done = await manager.move(where, 'contract.conclude');
    check(done.status === 303, `not concluded: ${done.said.slice(0, 800)}`);
  });
  await t.entry({ kind: 'case.moved', subject: id }, ['HN-2.8.1(2)-p1', 'HN-2.8.1(2)-p11']);
  await t.entry({ kind: 'book.opened', clause: 'HN-2.5.1(3)' }, ['HN-2.5.1(3)']);
  const owed = await t.until('duties begin', () => { const d = duties(t, 'HN-2.5.1(3)'); return d.length && d; });
  check(owed.some((d) => d.object === id), 'nobody owes the explanation');
  check(duties(t, 'HN-1.3(2)').some((d) => d.object === id), 'nobody binds the contractor');
  const checked = await manager.tell('contractor_checked', id, { performed_at: 'R8.4.20', report_needed: 'yes' });
  check(checked.status === 303, `${checked.status} ${checked.said.slice(0, 500)}`);
  const report = await t.until('a report is owed', () => duties(t, 'HN-2.8.1(3)/3').find((d) => d.object === id));
  const reported = await manager.send(`/duties/${report.id}`, `/duties/${report.id}`, { act: 'done', note: '統括責任者へ報告した' });
  check(reported.status === 303, reported.said.slice(0, 400));
  await t.changes('HN-2.8.1(2)-p8', 'met', 'met', async () => {
    await manager.fill(where, { ...facts, returned: 'yes', return_proof: '消去証明書 第12号、税務課 青木が立会い' });
    const ended = await manager.move(where, 'contract.end');
    check(ended.status === 303, `not ended: ${ended.said.slice(0, 800)}`);
    await t.entry({ kind: 'case.moved', subject: id }, ['HN-2.8.1(2)-p8']);
  });
});

tag('outsourcing', 'violation', 'an item that is missing without a reason stops the contract; with a reason it stands', async (t) => {
  const [manager, where, id] = await begun(t, '封入封緘の委託');
  const seq = await t.last();
  await manager.answer(where, { compliance: 'yes', responsible: 'yes', purpose_limit: 'yes', no_copies: 'yes', strict_storage: 'yes',
    secrecy: 'yes', subcontracting: 'yes', return_assets_item: 'yes', reporting: 'yes', consequences: 'yes', audit_accept: 'no' });
  const stopped = await manager.move(where, 'contract.conclude');
  check(stopped.status === 400 || stopped.status === 409, `concluded: ${stopped.status}`);
  told(stopped, '市による監査・検査');
  check(!(await t.entries({ kind: 'case.moved', subject: id })).some((e) => e.seq > seq), 'it moved');
  const reasoned = await manager.move(where, 'contract.conclude', { 'c.not_needed.HN-2.8.1(2)-p10': '封入だけで、システムに触れないため' });
  check(reasoned.status === 303, `a reason is not heard: ${reasoned.said.slice(0, 900)}`);
  await t.entry({ kind: 'case.moved', subject: id }, ['HN-2.8.1(2)-p10']);
  t.shows('item-missing');
});

tag('outsourcing', 'violation', 'assets that do not come back keep the contract open, and what is done about it is owed', async (t) => {
  const [manager, where, id] = await begun(t, '帳票の印刷');
  await manager.answer(where, 'yes');
  check((await manager.move(where, 'contract.conclude')).status === 303, 'not concluded');
  const blank = await manager.move(where, 'contract.end');
  check(blank.status === 400, `ended without a word of return: ${blank.status}`);
  await manager.fill(where, { ...facts, returned: 'no' });
  const kept = await manager.move(where, 'contract.end');
  check(kept.status === 409 || kept.status === 400, `ended: ${kept.status}`);
  told(kept, '返すか廃棄する');
  await t.entry({ kind: 'case.refused', subject: id });
  const short = await manager.tell('contractor_shortfall', id, { performed_at: 'R8.4.25' });
  check(short.status === 303, `${short.status} ${short.said.slice(0, 500)}`);
  await t.until('acting on the contract is owed', () => duties(t, 'HN-2.8.1(3)/2').some((d) => d.object === id));
  t.shows('not-returned');
});

tag('outsourcing', 'violation', 'a subcontractor whom nobody approved does not begin', { body: 'annaka' }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const contract = await manager.open('contract', '健診データの入力', { section: 'tax', contractor: '紅葉データ' });
  const where = await staff.open('subcontract', '入力の再委託', { contract: contract.split('/').pop(), same_terms: 'no', informed: 'yes' });
  const refused = await staff.move(where, 'subcontract.begin');
  check(refused.status === 409, `begun: ${refused.status}`);
  told(refused, '8.1 (6)');
  await staff.fill(where, { contract: contract.split('/').pop(), same_terms: 'yes', informed: 'yes' });
  const asked = await staff.move(where, 'subcontract.begin');
  check(asked.status === 303 && asked.location.startsWith('/decide/'), `nobody is asked: ${asked.status} ${asked.said.slice(0, 500)}`);
  check(!(await staff.terminal.get(where)).text.includes('aria-current="step"><b>開始'), 'it has begun before the word');
  const declined = await manager.decide(asked.location, 'decline', '再委託先の体制を確かめられないため');
  check(declined.status === 303, declined.said.slice(0, 400));
  await t.entry({ kind: 'application.refused' }, ['BASE-8.1.6']);
  const page = await staff.terminal.get(where);
  check(page.text.includes('aria-current="step"><b>申請'), 'it moved on');
});
