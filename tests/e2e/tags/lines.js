// Lines and outside networks, wireless, filters, what is published.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, told } = require('../forms.js');
const { sent, agreed } = require('../asking.js');

const row = (t, kind, name, cells) => t.post('mori', `/registers/${kind}/rows`, { name, cells: { section: 'digital', ...cells } });
const ask = (t, act, object, facts = {}) => t.post('mori', '/acts', { act, object, facts });
const id = (where) => where.split('/').pop();
const facts = { section: 'digital', purpose: '資格の照会のため', impact_free: 'yes', liability: 'yes' };
async function moved(t, it, where, act, ...clauses) {
  const done = await it.move(where, act);
  check(done.status === 303 && !done.location.startsWith('/decide/'), `${act}: ${done.status} ${done.location} ${done.said.slice(0, 700)}`);
  await t.entry({ kind: 'case.moved', subject: id(where) }, clauses);
}
async function stays(it, where, act, words) {
  const no = await it.move(where, act);
  check(no.status !== 303, `${act} went on: ${no.location}`);
  told(no, words);
}
const step = async (t, where) => (await t.get('hayashi', `/cases/${id(where)}`)).step;
// asked for, and the address where it is decided
async function asked(it, where, act) {
  const sentTo = await it.move(where, act);
  check(sentTo.status === 303 && sentTo.location.startsWith('/decide/'), `${act}: nobody is asked: ${sentTo.status} ${sentTo.location} ${sentTo.said.slice(0, 700)}`);
  return sentTo.location;
}
async function connected(t, name) {
  const [manager, sato, ciso] = [await hand(t, 'hayashi'), await hand(t, 'sato'), await hand(t, 'kuroda')];
  const where = await manager.open('link', name, facts);
  await moved(t, manager, where, 'link.investigate');
  await moved(t, manager, where, 'link.contract', 'HN-2.6.1(10)-3');
  const decide = await asked(manager, where, 'link.connect');
  await agreed(sato, decide);
  check(await step(t, where) === 'contracted', 'one of two was enough');
  await agreed(ciso, decide);
  check(await step(t, where) === 'connected', `it stands ${await step(t, where)}`);
  return where;
}
async function refused(t, said, clause) {
  check(said.verdict === 'refuse' && said.clause === clause && /[ぁ-ん]/.test(said.sentence), `${clause}: ${brief(said)}`);
  const entry = await t.entry(said.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, `a refused act was done: ${brief(entry)}`);
}

tag('network-control', 'way', 'an outside network: investigated, contracted, permitted by both, connected, in its book', async (t) => {
  const where = await t.changes('HN-2.6.1(10)-1', 'unproven', 'met', () => connected(t, '国民健康保険団体連合会の網'));
  await t.entry({ kind: 'case.moved', subject: id(where) }, ['HN-2.6.1(10)-1', 'HN-2.6.1(10)-2']);
  check((await t.state('HN-2.6.1(10)-3')) === 'met', 'the contract proves nothing');
  await t.entry({ kind: 'book.opened', clause: 'HN-2.4.3-2' });
});
tag('network-control', 'way', 'it threatens: its cut is owed promptly, the supervisor decides, and it is cut off', async (t) => {
  const manager = await hand(t, 'hayashi'), sato = await hand(t, 'sato');
  const where = await connected(t, '後期高齢者医療の網');
  await manager.fill(where, { ...facts, threatens: 'yes' });
  const said = await ask(t, 'link_problem', id(where));
  await t.entry(said.entry, ['HN-2.6.1(10)-5']);
  const owed = await t.until('the cut is owed', () => duties(t, 'HN-2.6.1(10)-5').find((d) => d.object === id(where)));
  check(owed.due, 'without a day');
  const decide = await asked(manager, where, 'link.cut');
  check(await step(t, where) === 'connected', 'cut without the decision');
  await agreed(sato, decide);
  check(await step(t, where) === 'cut_off', `it stands ${await step(t, where)}`);
  await t.entry({ kind: 'case.moved', subject: id(where) }, ['HN-2.6.1(10)-5']);
});
tag('network-control', 'way', 'wireless with strong cipher and authentication, permitted by the supervisor', async (t) => {
  const staff = await hand(t, 'mori'), sato = await hand(t, 'sato');
  const net = await row(t, 'network', '会議室の無線', { wireless: 'yes' });
  const where = sent(await staff.apply('use_wireless', { object: net.id, strong_encryption: 'yes', strong_authentication: 'yes' }, '会議室で使うため'));
  await t.changes('HN-2.6.1(11)-1', ['unproven', 'met'], 'met', () => agreed(sato, where));
  await t.entry({ kind: 'application.permitted', subject: id(where) }, ['HN-2.6.1(11)-1']);
});
tag('network-control', 'way', 'consistent filters are loaded, a server behind a firewall is published, a considered line is connected', async (t) => {
  const [net, www] = [await row(t, 'network', '庁内の幹線', {}), await row(t, 'host', '施設予約のサーバ', { form: 'server', resident: 'yes', side: 'internet' })];
  const tax = await row(t, 'system', '税の基幹システム', { importance: 'A', for_outsiders: 'no' });
  const line = await row(t, 'line', '税の回線', { system: tax.id, level_considered: 'yes', continuous: 'yes', redundant: 'yes', encrypted: 'yes' });
  const ways = [['set_filter', net.id, { consistent: 'yes' }, 'HN-2.6.1(8)-1'], ['publish_server', www.id, { firewall: 'yes' }, 'HN-2.6.1(10)-4'],
    ['connect_line', line.id, {}, 'HN-2.4.3-4/1']];
  for (const [act, object, given, clause] of ways) {
    const said = await t.changes(clause, 'unproven', ['enforced', 'met'], () => ask(t, act, object, given));
    check(said.verdict === 'pass', `${act}: ${brief(said)}`);
    await t.entry(said.entry, [clause]);
  }
});
tag('network-control', 'violation', 'without investigation, without liability, with one permission: it is not connected', async (t) => {
  const manager = await hand(t, 'hayashi'), sato = await hand(t, 'sato'), ciso = await hand(t, 'kuroda');
  const where = await manager.open('link', '民間の診療網', { ...facts, liability: 'no' });
  check((await manager.move(where, 'link.connect')).status !== 303 && await step(t, where) === 'asked', 'connected without an investigation');
  await moved(t, manager, where, 'link.investigate');
  await stays(manager, where, 'link.contract', '第2章 6.1 (10)③');
  check(await step(t, where) === 'investigated', 'contracted without liability');
  await manager.fill(where, { ...facts, impact_free: 'no' });
  await moved(t, manager, where, 'link.contract', 'HN-2.6.1(10)-3');
  await stays(manager, where, 'link.connect', '第2章 6.1 (10)②');
  await manager.fill(where, facts);
  const decide = await asked(manager, where, 'link.connect');
  await agreed(ciso, decide);
  check((await sato.decide(decide, 'decline', '相手の点検が済んでいないため')).status === 303, 'it is not refused');
  check(await step(t, where) === 'contracted', 'connected against the word of one');
  t.shows('no-investigation', 'no-liability', 'one-permission');
});
tag('network-control', 'violation', 'weak wireless, contradicting filters, a server without a firewall, a line nobody considered: refused', async (t) => {
  const staff = await hand(t, 'mori');
  const net = await row(t, 'network', '古い無線', { wireless: 'yes' });
  for (const weak of [{ strong_encryption: 'no', strong_authentication: 'yes' }, { strong_encryption: 'yes', strong_authentication: 'no' }]) {
    const no = await staff.apply('use_wireless', { object: net.id, ...weak }, '古い機器のため');
    check(no.status === 409, `weak wireless: ${no.status} ${no.said.slice(0, 300)}`);
    told(no, '第2章 6.1 (11)①');
    await refused(t, await ask(t, 'use_wireless', net.id, weak), 'HN-2.6.1(11)-1');
  }
  await refused(t, await ask(t, 'set_filter', net.id, { consistent: 'no' }), 'HN-2.6.1(8)-1');
  const www = await row(t, 'host', '裸のサーバ', { form: 'server', resident: 'yes', side: 'internet' });
  await refused(t, await ask(t, 'publish_server', www.id, { firewall: 'no' }), 'HN-2.6.1(10)-4');
  const tax = await row(t, 'system', '固定資産のシステム', { importance: 'A', for_outsiders: 'no' });
  const line = await row(t, 'line', '安い回線', { system: tax.id, level_considered: 'no', continuous: 'no', redundant: 'yes', encrypted: 'yes' });
  await refused(t, await ask(t, 'connect_line', line.id), 'HN-2.4.3-4/1');
  t.shows('weak-wireless', 'rules-contradict');
});
tag('network-control', 'violation', 'a cut that is owed and not made is overdue and goes to the supervisor', { fresh: true }, async (t) => {
  const manager = await hand(t, 'hayashi');
  const where = await connected(t, '遅れた相手の網');
  await manager.fill(where, { ...facts, threatens: 'yes' });
  await ask(t, 'link_problem', id(where));
  await t.until('the cut is owed', () => duties(t, 'HN-2.6.1(10)-5').length > 0);
  t.day('2026-05-11');
  await t.until('it is overdue', async () => (await t.state('HN-2.6.1(10)-5')) === 'overdue');
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.6.1(10)-5' }, ['HN-2.6.1(10)-5']);
  check((await t.get('sato', '/duties?clause=HN-2.6.1(10)-5')).items.length > 0, 'it did not go to the supervisor');
  t.shows('cut-late');
});
