// Exceptions: asked for by who may, for a ground, until a day; then they are over.
'use strict';
const { tag, check } = require('./kit.js');
const { hand, told } = require('../forms.js');
const { row, sent, agreed } = require('../asking.js');

const clause = 'HN-2.5.1(1)-4a'; // only media that were allowed beforehand
const ask = (who, object, more = {}) => who.send(`/exceptions/new?clause=${encodeURIComponent(clause)}&object=${object}`, '/exceptions/new',
  { clause, object, ground: '避難所の名簿を急ぎ受け取るため。検査した端末で開く', until: 'R8.4.10', ...more });
async function stick(t, name) {
  const medium = await row(t, 'aoki', 'medium', name, { owner: 'tax', managed: 'yes', approved: 'no' });
  const pc = await row(t, 'aoki', 'host', `${name}をつなぐ端末`, { section: 'tax', form: 'pc', issued: 'yes', side: 'lgwan', affairs: 'internal' });
  const plug = () => t.post('aoki', '/acts', { act: 'attach_medium', object: medium.id, facts: { device: pc.id, scanned: 'yes' } });
  return { medium, plug };
}

tag('exception', 'way', 'the manager asks, the supervisor permits; it stands in the list, opens the gate, and ends with its day', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato');
  const { medium, plug } = await stick(t, '協定先のUSBメモリ');
  check((await plug()).verdict === 'refuse', 'it is open already');
  const where = sent(await ask(manager, medium.id));
  check((await manager.terminal.get('/exceptions')).text.includes('決裁を待つもの（1件）'), 'it is not in the list of what is asked');
  await agreed(sato, where);
  const id = where.split('/')[2];
  await t.entry({ kind: 'application.permitted', subject: id }, ['HN-2.7.4(1)']);
  check((await t.state(clause)) === 'exception', `the clause does not say that it is set aside: ${await t.state(clause)}`);
  const page = await manager.terminal.get('/exceptions');
  check(page.text.includes('いま効いているもの（1件）') && page.text.includes('協定先のUSBメモリ') && page.text.includes('避難所の名簿'), 'it is not in the list of what is in force');
  check((await plug()).verdict !== 'refuse', `the gate does not know it: ${(await plug()).explanation}`);
  t.day('2026-04-11');
  await t.until('it lapses', async () => (await t.get('tanaka', `/applications/${id}`)).state === 'lapsed');
  check((await plug()).verdict === 'refuse', 'it goes on after its day');
  check((await t.state(clause)) !== 'exception', 'the clause still says that it is set aside');
  const later = await hand(t, 'hayashi');
  check((await later.terminal.get('/exceptions')).text.includes('いま効いている例外措置はありません'), 'the list says that it stands');
  t.shows('expired-denied');
});

tag('exception', 'violation', 'who is no manager, no clause, no ground, a day gone by, a rule without exception: refused', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const { medium, plug } = await stick(t, '持込みのUSBメモリ');
  const seq = await t.last();
  const clerk = await ask(staff, medium.id);
  check(clerk.status === 409, `staff may ask: ${clerk.status} ${clerk.said.slice(0, 500)}`);
  const nowhere = await ask(manager, medium.id, { clause: 'HN-99' });
  check(nowhere.status === 400, `no such clause: ${nowhere.status}`);
  told(nowhere, '施行中のポリシーにありません');
  const bare = await ask(manager, medium.id, { ground: '' });
  check(bare.status === 400, `without a ground: ${bare.status}`);
  told(bare, '「理由」が空です');
  const past = await ask(manager, medium.id, { until: 'R8.3.1' });
  check(past.status === 400, `for the past: ${past.status}`);
  told(past, '過ぎています');
  const never = await ask(manager, medium.id, { clause: 'HN-2.5.1(1)-3c/2' });
  check(never.status === 409, `a rule without exception: ${never.status} ${never.said.slice(0, 400)}`);
  check(!(await t.entries({ kind: 'application.submitted' })).some((e) => e.seq > seq), 'something was asked for');
  check((await plug()).verdict === 'refuse', 'it opened');
  t.shows('not-manager', 'no-clause', 'no-ground');
});
