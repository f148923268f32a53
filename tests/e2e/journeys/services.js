// Services that others run, social media, contracts.
'use strict';
const { journey, row, check } = require('./kit.js');

const light = { section: 'tax', cloud: 'yes', personal: 'no' };
async function inner(office, name, level) {
  return row(office, 'tanaka', 'asset', name, { owner: 'tax', from_inside: 'yes', loss_whole: 'no', loss_rights: 'no', confidentiality: level, availability: '1', integrity: '1' }, 'tax');
}
async function openService(s, d, name, contents, more) {
  // what a form asks is shown in journeys of its own; here the way through the steps counts
  await d.go('/cases/new/service');
  await d.fill('name', name);
  await d.unfold('そのほかの項目');
  for (const [fact, value] of Object.entries({ ...light, ...more }))
    if (fact !== 'section') await d.pick(`f.${fact}`, value);
  const box = d.page.locator(`[name="f.contents"][value="${contents}"]`);
  if (!await box.count()) {
    await d.fill('f.contents.q', name.slice(0, 2));
    await d.press('探す: 扱う情報');
  }
  await d.page.locator(`[name="f.contents"][value="${contents}"]`).check();
  await d.press('始める');
  check(/^\/case\//.test(d.path()), `not begun: ${(await d.text()).slice(0, 1500)}`);
  return d.path();
}

journey('機密性2を扱わない外部サービスを、課の管理者の許可で使う', 'staff, manager', 'narrow', 'fukushima', async (s) => {
  const thing = await inner(s.office, '路線の案内図', '1');
  const d = await s.person('aoki');
  const where = await openService(s, d, '路線図サービス', thing.id, { terms_accepted: 'yes' });
  await d.press('利用の開始の決裁を求める');
  const to = d.path();
  const m = await s.person('tanaka');
  await m.go(to);
  await m.press('許可する');
  await d.go(where);
  await d.has('利用中');
  await d.state('FS-10.3(1)-1', 'met');
});

journey('ソーシャルメディアへ発信する前に、止められるものを知る', 'staff', 'noscript', 'fukushima', async (s) => {
  const account = await row(s.office, 'tanaka', 'sns_account', '県税の広報', { section: 'tax', procedure: 'yes', unit_shown: 'yes', secrets_kept: 'yes',
    page_linked: 'yes', back_linked: 'yes', verification: 'verified', responsible: await s.office.person('tanaka') }, 'tax');
  const [secret, open] = [await inner(s.office, '滞納者の一覧', '2'), await inner(s.office, '納期のお知らせ', '1')];
  const d = await s.person('aoki');
  const tell = async (thing) => {
    await d.go(`/record?act=post_sns&row=${thing.id}`);
    await d.fill('f.performed_at', 'R8.4.1 10:00');
    await d.object('f.account', '県税の広報');
    await d.pick('f.postable', 'yes');
    await d.press('記録する');
  };
  await tell(secret);
  await d.has('第７ ５(2)');
  await d.shot('refused');
  await s.office.entry({ kind: 'deed.refused', subject: secret.id }, ['FS-7.5(2)']);
  await tell(open);
  await d.has('記録しました');
  await d.state('FS-7.5(1)-a', 'met');
});
