// Incidents from the first word to the last, what is planned for the worst day, and
// breaches of the rules by people.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, whole, told } = require('../forms.js');

async function reported(t, login, fields) {
  const it = await hand(t, login);
  const sent = await it.send('/report', '/report', { name: '名簿を付けたメールの誤送信', story: '説明会の案内に名簿を付けて送った。', ...fields });
  check(sent.status === 303, `not taken: ${sent.status} ${sent.said.slice(0, 600)}`);
  return [it, sent.location, sent.location.split('/').pop()];
}
async function moved(it, where, act) {
  const done = await it.move(where, act);
  check(done.status === 303, `${act}: ${done.status} ${done.said.slice(0, 700)}`);
  return done;
}

// ---- incident-report ------------------------------------------------------------------

tag('incident-report', 'way', 'staff report in a minute, the chain goes up, cause and order stand before the end', async (t) => {
  const [staff, where, id] = await reported(t, 'aoki', { 'f.noticed_at': 'R8.4.1', 'f.place': '税務課', 'f.outside_source': 'no' });
  const [manager, officer, ciso] = [await hand(t, 'tanaka'), await hand(t, 'sato'), await hand(t, 'kuroda')];
  await t.entry({ kind: 'case.moved', subject: id });
  await t.until('staff have told the manager', () => duties(t, 'HN-2.5.3(1)-1').find((d) => d.object.includes('誤送信') || true));
  await moved(manager, where, 'incident.report');
  const chain = await t.until('the manager tells department and window', () => duties(t, 'HN-2.5.3(1)-2')[0]);
  check(whole(t, chain).owed.some((o) => o.post === 'manager' && o.scope === 'tax'), `who tells: ${brief(whole(t, chain))}`);
  await moved(officer, where, 'incident.analyse');
  await moved(ciso, where, 'incident.order');
  await t.changes('HN-2.5.3(3)-2', ['unproven', 'met'], 'met', () => moved(officer, where, 'incident.close'));
  const last = await t.entry({ kind: 'case.moved', subject: id }, ['HN-2.5.3(3)-2']);
  check(last.data.done === 'incident.close' && last.data.to === 'closed', brief(last.data));
  const page = await staff.terminal.get(where);
  check(page.text.includes('終結'), 'the one who reported does not see its end');
});

tag('incident-report', 'way', 'where the standard stands in for the city\'s own, the same end is refused and reached by its clauses', { body: 'annaka' }, async (t) => {
  const [staff, where, id] = await reported(t, 'aoki', {});
  const early = await staff.move(where, 'incident.close');
  check(early.status === 409, `closed without cause: ${early.status}`);
  await t.entry({ kind: 'case.refused', subject: id });
  const officer = await hand(t, 'sato'), ciso = await hand(t, 'kuroda');
  await moved(officer, where, 'incident.report');
  await moved(officer, where, 'incident.analyse');
  const order = await officer.move(where, 'incident.order');
  check(order.status === 303 && order.location.startsWith('/decide/'), `the order is not asked of the CISO: ${order.said.slice(0, 500)}`);
  const agreed = await ciso.decide(order.location, 'agree');
  check(agreed.status === 303, `not ordered: ${agreed.said.slice(0, 500)}`);
  await moved(officer, where, 'incident.close');
  await t.entry({ kind: 'case.moved', subject: id }, ['BASE-5.3.4']);
  check(['met', 'enforced'].includes(await t.state('BASE-5.3.4')), `BASE-5.3.4 stands ${await t.state('BASE-5.3.4')}`);
});

tag('incident-report', 'violation', 'a report without time, place or asset is taken and marked as incomplete', async (t) => {
  const [staff, where, id] = await reported(t, 'ueda', { name: '画面が変', story: '' , 'f.noticed_at': '' });
  const page = await staff.terminal.get(where);
  check(page.text.includes('未完成'), 'it is not marked');
  const entry = await t.entry({ kind: 'case.opened', subject: id });
  check(entry.data.incomplete === true, brief(entry.data));
  t.shows('incomplete-taken');
});

tag('incident-report', 'violation', 'no step is skipped, and nothing is closed without the order of the CISO', async (t) => {
  const [, where, id] = await reported(t, 'aoki', { name: '端末の紛失' });
  const officer = await hand(t, 'sato');
  for (const act of ['', 'incident.analyse']) {
    if (act) await moved(officer, where, act);
    const early = await officer.move(where, 'incident.close');
    check(early.status === 409, `closed after ${act || 'nothing'}: ${early.status}`);
    told(early, '第2章 5.3 (3)');
  }
  const kept = await t.entry({ kind: 'case.refused', subject: id });
  check(kept.data.act === 'incident.close', brief(kept.data));
  t.shows('step-skipped', 'no-order');
});

tag('incident-report', 'violation', 'what a running incident names is neither thrown away nor taken off the register', async (t) => {
  const [staff, where, id] = await reported(t, 'aoki', { name: 'ウイルスの入った媒体' });
  const row = await t.post('tanaka', '/registers/medium/rows', { name: 'USBメモリ 7号', cells: { owner: 'tax', importance: 'C', managed: 'yes' } });
  const kept = await staff.send(`${where}/evidence`, `${where}/evidence`, { object: `http://sekisho/registers/medium/${row.id}` });
  check(kept.status === 303, `not kept: ${kept.status} ${kept.said.slice(0, 600)}`);
  await t.entry({ kind: 'hold.begun', subject: id });
  const closing = await t.refused('tanaka', 'POST', `/registers/medium/rows/${row.id}/closing`, { version: row.version }, 'LOCAL-HN-6');
  check(closing.detail.includes('ウイルスの入った媒体'), `it does not say for what: ${closing.detail}`);
  const thrown = await (await hand(t, 'tanaka')).apply('dispose_medium', { object: row.id, erased: 'yes', treatment: '破砕' }, '要らなくなったため');
  check(thrown.status !== 303, 'it can be disposed of');
  told(thrown, '証拠');
  t.shows('media-disposal/open-incident');
});

tag('incident-report', 'violation', 'who does not pass it on in time is told upwards', { fresh: true }, async (t) => {
  const [, where] = await reported(t, 'aoki', { 'f.outside_source': 'no' });
  await moved(await hand(t, 'tanaka'), where, 'incident.report');
  const open = await t.until('it is owed', () => duties(t, 'HN-2.5.3(1)-2')[0]);
  t.days(5);
  const late = await t.until('it is overdue', () => duties(t, 'HN-2.5.3(1)-2', '--state', 'overdue')[0]);
  check(late.id === open.id && whole(t, late).escalations > 0, 'nobody is told');
  check(whole(t, late).upwards.some((u) => u.post === 'supervisor'), `told to ${brief(whole(t, late).upwards)}`);
  check((await t.state('HN-2.5.3(1)-2')) === 'overdue', 'the clause does not say so');
  t.shows('passed-on-late');
});

// ---- emergency-plan ---------------------------------------------------------------------

const plan = ['contacts', 'report_matters', 'measures', 'recurrence'];
const answers = (items) => Object.fromEntries(items.map((i) => [`answer.plan_contents.${i}`, 'yes']));

tag('emergency-plan', 'way', 'a plan with all that it must say is adopted and stands in the register of documents', async (t) => {
  const ciso = await hand(t, 'kuroda');
  const owed = duties(t, 'HN-2.7.3(1)/1')[0];
  check(owed && owed.owed.startsWith('ciso'), `the plan is not asked for: ${brief(owed)}`);
  const row = await t.post('hayashi', '/registers/policy_document/rows', { name: '緊急時対応計画（令和8年度）', cells: { sort: 'procedures', owner: 'digital' } });
  await t.until('the plan is there', () => !duties(t, 'HN-2.7.3(1)/1').length);
  await t.entry({ kind: 'duty.done', clause: 'HN-2.7.3(1)/1' }, ['HN-2.7.3(1)/1']);
  const adopted = await ciso.tell('emergency_plan.adopt', '', { performed_at: 'R8.4.1', ...answers(plan) });
  check(adopted.status === 303, `not adopted: ${adopted.status} ${adopted.said.slice(0, 900)}`);
  await t.entry({ kind: 'deed.told' }, ['HN-2.7.3(2)-1', 'HN-2.7.3(2)-4']);
  check(row.id && (await t.state('HN-2.7.3(2)-1')) === 'met', `what the plan says stands ${await t.state('HN-2.7.3(2)-1')}`);
  const network = await ciso.terminal.get('/network');
  check(network.status === 200 && network.text.includes('黒田'), 'the network of contacts names nobody');
});

tag('emergency-plan', 'way', 'a drill runs in the real screens, is marked, proves the drill and nothing else', { fresh: true }, async (t) => {
  const before = await t.states();
  const [, where, id] = await reported(t, 'aoki', { name: '緊急時対応訓練', drill: '1', 'f.outside_source': 'no' });
  const owed = await t.until('the plan is followed', () => duties(t, 'HN-2.7.3(1)/2')[0]);
  check(whole(t, owed).trigger === 'drill', `not marked: ${brief(whole(t, owed))}`);
  const officer = await hand(t, 'sato');
  for (const [login, act] of [['tanaka', 'incident.report'], ['sato', 'incident.analyse'], ['kuroda', 'incident.order'], ['sato', 'incident.close']])
    await moved(await hand(t, login), where, act);
  const page = await officer.terminal.get(where);
  check(page.text.includes('これは訓練です'), 'the page is not marked');
  for (const e of await t.entries({ subject: id, kind: 'case.moved' })) check(!e.clauses.length && e.data.drill, `a drill proves ${e.clauses}`);
  await t.entry({ kind: 'case.drilled', subject: id });
  check((await t.state('HN-2.5.3(3)-2')) === before.get('HN-2.5.3(3)-2'), 'a drill is evidence of an order');
  check(!(await t.entries({ kind: 'book.', subject: id })).length, 'a drill stands in the book of incidents');
});

tag('emergency-plan', 'violation', 'a plan that lacks what the clauses name is not adopted', async (t) => {
  const ciso = await hand(t, 'kuroda');
  const poor = await ciso.tell('emergency_plan.adopt', '', { performed_at: 'R8.4.1', ...answers(plan.slice(0, 3)) });
  check(poor.status === 400 || poor.status === 409, `adopted: ${poor.status}`);
  told(poor, '再発を防ぐ措置');
  t.shows('section-missing');
});

// ---- violation-sanction --------------------------------------------------------------------

async function breach(t, whom, finder, more = {}) {
  const manager = await hand(t, 'tanaka');
  const where = await manager.open('violation', '私物の媒体の使用', { person: await t.person(whom), section: 'tax', finder, grave: 'no', ...more });
  await moved(manager, where, 'violation.confirm');
  return [manager, where];
}

tag('violation-sanction', 'way', 'found, told by who found it, guided in vain, suspended, told, and given back', { fresh: true }, async (t) => {
  const [manager, where] = await breach(t, 'aoki', 'found_by_manager');
  const reports = await t.until('the finder tells', () => duties(t, 'HN-2.7.6-2').length && duties(t, 'HN-2.7.6-2'));
  check(reports.length >= 2 && !duties(t, 'HN-2.7.6-1').length, 'the route is not the finder\'s');
  await moved(manager, where, 'violation.warn');
  check((await manager.fill(where, { person: await t.person('aoki'), section: 'tax', finder: 'found_by_manager', grave: 'no', improved: 'no' })).status === 303, 'not written');
  const officer = await hand(t, 'sato'), whom = await t.person('aoki');
  check((await t.api('aoki', 'GET', '/me')).status === 200, 'aoki cannot work before');
  await t.changes('HN-2.7.6-4/1', ['unproven', 'met', 'enforced'], ['met', 'enforced'], async () => {
    const asked = await officer.apply('suspend_right', { object: whom }, '指導しても改まらないため');
    check(asked.status === 303, `not suspended: ${asked.status} ${asked.said.slice(0, 800)}`);
    return true;
  });
  check((await t.api('aoki', 'GET', '/me')).status === 401, 'a suspended person still works');
  await t.until('the manager is told', () => duties(t, 'HN-2.7.6-4/2')[0]);
  const back = await officer.apply('restore_right', { object: whom }, '改まったため');
  check(back.status === 303, `not given back: ${back.said.slice(0, 600)}`);
  await t.entry({ kind: 'office.person.restored', subject: whom });
  t.shows('suspended-denied');
});

tag('violation-sanction', 'violation', 'nobody is suspended before he was guided, whatever is claimed', async (t) => {
  const [, where] = await breach(t, 'ueda', 'found_by_officer');
  const officer = await hand(t, 'sato'), whom = await t.person('ueda');
  const asked = await officer.apply('suspend_right', { object: whom, guided: 'yes', improved: 'no' }, '直ちに止めたい');
  check(asked.status !== 303, 'suspended without guidance');
  told(asked, '第2章 7.6④');
  check((await t.api('ueda', 'GET', '/me')).status === 200, 'ueda is suspended');
  check(where && (await t.until('the officer tells the manager', () => duties(t, 'HN-2.7.6-1')[0])), 'no route for the officer');
  t.shows('no-guidance');
});

tag('violation-sanction', 'violation', 'a suspension that the manager is not told of is told upwards', { fresh: true }, async (t) => {
  const [manager, where] = await breach(t, 'aoki', 'found_by_manager', { improved: 'no' });
  await moved(manager, where, 'violation.warn');
  const asked = await (await hand(t, 'sato')).apply('suspend_right', { object: await t.person('aoki') }, '改まらないため');
  check(asked.status === 303, `not suspended: ${asked.said.slice(0, 600)}`);
  const notice = await t.until('a notice is owed', () => duties(t, 'HN-2.7.6-4/2')[0]);
  t.days(5);
  const late = await t.until('it is overdue', () => duties(t, 'HN-2.7.6-4/2', '--state', 'overdue')[0]);
  check(late.id === notice.id && (await t.state('HN-2.7.6-4/2')) === 'overdue', 'nobody hears of it');
  t.shows('notice-missing');
});
