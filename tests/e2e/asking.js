// What several tests of the capabilities ask for: rows, applications, their records.
'use strict';
const { check } = require('./tags/kit.js');

const row = (t, login, kind, name, cells, more = {}) => t.post(login, `/registers/${kind}/rows`, { name, cells, ...more });
const asset = async (t, name, cells = {}, login = 'aoki') => row(t, login, 'asset', name, { owner: 'tax', for_business: 'yes',
  importance: 'B', limits: 'backed_up', circle: await t.person(login), ...cells });

// What the applicant's page said when it was sent: the application's address.
function sent(reply) {
  check(reply.status === 303 && /^\/decide\/[a-z0-9]{26}$/.test(reply.location || ''), `not sent: ${reply.status} ${reply.said.slice(0, 900)}`);
  return reply.location;
}
async function agreed(hand, where, reason = '') {
  const reply = await hand.decide(where, 'agree', reason);
  check(reply.status === 303, `not agreed: ${reply.status} ${reply.said.slice(0, 600)}`);
}
// The record that an application opened, by its address on the page.
async function record(hand, where, book) {
  const page = await hand.terminal.get(where);
  const at = page.text.match(new RegExp(`/books/${book}/[a-z0-9]{26}`));
  check(at, `${where} links no entry of ${book}`);
  return at[0];
}

module.exports = { row, asset, sent, agreed, record };
