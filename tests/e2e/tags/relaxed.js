// Restrictions that are relaxed: in a declared emergency, for named clauses, somewhere,
// until a day; then everything is as before.
'use strict';
const { tag, check } = require('./kit.js');
const { hand, told, duties, whole } = require('../forms.js');
const { row } = require('../asking.js');

const clause = 'FS-6.1(8)'; // machines go to the network that was assigned to them
const on = { body: 'fukushima', fresh: true };
async function machine(t) {
  const net = (name) => row(t, 'hayashi', 'network', name, {});
  const [own, spare] = [await net('庁内の網'), await net('災害時の臨時の網')];
  const pc = await row(t, 'aoki', 'host', '税務課の端末', { form: 'pc', issued: 'yes', assigned_network: own.id });
  return () => t.post('aoki', '/acts', { act: 'connect_device', object: pc.id, facts: { network: spare.id } });
}
async function step(t, login, id, act) {
  const { turn } = await t.get(login, `/cases/${id}`);
  return t.api(login, 'POST', `/cases/${id}/moves`, { turn, act });
}
const emergency = async (t) => (await t.post('tsuda', '/cases', { kind: 'emergency_state', name: '基幹網の大規模な障害', cells: { section: 'digital' } })).id;
const relax = (t, login, id, more = {}) => t.api(login, 'POST', '/relaxations', { emergency: id, clauses: [clause], ground: '窓口の業務を臨時の網で続けるため', until: '2026-04-10', ...more });

tag('emergency-plan', 'way', 'declared, relaxed for named clauses and a section, called off: as before, and somebody confirms it', on, async (t) => {
  const connect = await machine(t), deputy = await hand(t, 'tsuda');
  check((await connect()).verdict === 'refuse', 'it may go anywhere already');
  const id = await emergency(t);
  check((await step(t, 'hayashi', id, 'emergency_state.declare')).status === 403, 'anybody declares an emergency');
  check((await step(t, 'tsuda', id, 'emergency_state.declare')).status === 200, 'the deputy cannot declare it');
  const empty = await deputy.send('/relaxations', '/relaxations', { emergency: id, clauses: '', until: 'R8.4.10', ground: '窓口の業務' });
  check(empty.status === 400, `without a clause: ${empty.status} ${empty.said.slice(0, 600)}`);
  const page = await deputy.send('/relaxations', '/relaxations', { emergency: id, clauses: clause, section: 'tax', until: 'R8.4.10', ground: '窓口の業務を続けるため' });
  check(page.status === 303, `${page.status} ${page.said.slice(0, 700)}`);
  await t.entry({ kind: 'relaxation.begun' }, ['LOCAL-FS-11']);
  check((await connect()).verdict === 'pass', `it is not relaxed: ${(await connect()).sentence}`);
  check((await t.state(clause)) === 'exception', `the clause is ${await t.state(clause)}`);
  told({ said: (await deputy.terminal.get('/relaxations')).text }, 'いま緩めているもの（1件）');
  check((await step(t, 'tsuda', id, 'emergency_state.call_off')).status === 200, 'it cannot be called off');
  check((await connect()).verdict === 'refuse', 'it goes on after the emergency');
  check((await t.state(clause)) !== 'exception', 'the clause still says that it is set aside');
  const ended = await t.entry({ kind: 'relaxation.ended' });
  check(ended.actor === 'emergency' && ended.data.done === 'relaxation_over', JSON.stringify(ended));
  told({ said: (await deputy.terminal.get('/relaxations')).text }, '緊急事態の解除により終わりました');
  await t.until('somebody confirms that it is as before', () => duties(t, 'LOCAL-FS-11').some((d) => d.label.includes('元に戻した')));
});

tag('emergency-plan', 'way', 'its day ends it though the emergency goes on; another section was never in it', on, async (t) => {
  const connect = await machine(t), id = await emergency(t);
  await step(t, 'tsuda', id, 'emergency_state.declare');
  const other = await relax(t, 'tsuda', id, { section: 'statistics' });
  check(other.status === 200, JSON.stringify(other.data));
  check((await connect()).verdict === 'refuse', 'it reaches another section');
  const here = await relax(t, 'tsuda', id, { until: '2026-04-03' });
  check(here.status === 200 && here.data.items.filter((r) => r.in_force).length === 2, JSON.stringify(here.data));
  check((await connect()).verdict === 'pass', 'it is not relaxed');
  t.day('2026-04-04');
  check((await connect()).verdict === 'refuse', 'it goes on after its day');
  await t.until('it is written down as over', async () => (await t.get('tsuda', '/relaxations')).items.filter((r) => r.in_force).length === 1);
  const left = (await t.get('tsuda', '/relaxations')).items.find((r) => r.in_force);
  const ended = await t.api('tsuda', 'POST', `/relaxations/${left.id}/ending`, {});
  check(ended.status === 200 && ended.data.items.every((r) => !r.in_force), JSON.stringify(ended.data));
  check((await t.api('tsuda', 'POST', `/relaxations/${left.id}/ending`, {})).status === 409, 'ended twice');
});

tag('emergency-plan', 'violation', 'no relaxation outside a declared emergency, by anybody else, of what holds in any case', on, async (t) => {
  const connect = await machine(t), id = await emergency(t);
  const none = await relax(t, 'tsuda', '');
  check(none.status === 403 && none.data.detail.includes('宣言されていません'), JSON.stringify(none.data));
  const early = await relax(t, 'tsuda', id);
  check(early.status === 403, `before it was declared: ${early.status}`);
  await t.entry({ kind: 'relaxation.refused', subject: id });
  await step(t, 'tsuda', id, 'emergency_state.declare');
  check((await relax(t, 'aoki', id)).status === 403, 'anybody relaxes');
  const always = await relax(t, 'tsuda', id, { clauses: ['LOCAL-FS-6'] });
  check(always.status === 403 && always.data.detail.includes('いかなる場合も'), JSON.stringify(always.data));
  check((await relax(t, 'tsuda', id, { clauses: ['FS-99'] })).status === 422, 'an unknown clause');
  check(!(await t.entries({ kind: 'relaxation.begun' })).length, 'something was relaxed');
  check((await connect()).verdict === 'refuse', 'it opened');
  t.shows('not-declared');
});

tag('emergency-plan', 'violation', 'what was relaxed and is not confirmed as put back is overdue and handed upwards', on, async (t) => {
  const id = await emergency(t);
  await step(t, 'tsuda', id, 'emergency_state.declare');
  await relax(t, 'tsuda', id, { until: '2026-04-02' });
  t.day('2026-04-03');
  const owed = await t.until('it is asked for', () => duties(t, 'LOCAL-FS-11').find((d) => d.label.includes('元に戻した')));
  t.day('2026-05-20');
  await t.until('it is overdue', () => whole(t, owed).state === 'overdue');
  check((await t.state('LOCAL-FS-11')) === 'overdue', `the clause is ${await t.state('LOCAL-FS-11')}`);
  t.shows('not-put-back');
});
