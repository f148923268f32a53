// Applying, permitting, recording the end, an incident, a contract, an audit: in a
// browser, without scripts, over the real rooms (tests/unit/web/hallstage); the
// applicant and the reporter hold a phone.   node tests/e2e/cases.js HALLSTAGE
'use strict';
const { spawn } = require('child_process');
const { step, check, ...kit } = require('./kit.js');
const { free } = require('./city.js');

let inner, told, browser;

class Desk {
  constructor(page) { this.page = page; }
  async go(to) { await this.page.goto(`http://${inner}${to}`); }
  async press(name) { await this.page.getByRole('button', { name: kit.named(name) }).first().click(); }
  async follow(name) { await this.page.getByRole('link', { name: kit.named(name) }).first().click(); }
  async fill(name, value) { await this.page.locator(`[name="${name}"]`).first().fill(value); }
  async pick(name, value) { await this.page.locator(`[name="${name}"][value="${value}"]`).check(); }
  async text() { return this.page.locator('body').innerText(); }
  async has(words) { check((await this.text()).includes(words), `no "${words}" at ${this.page.url()}\n${(await this.text()).slice(0, 1500)}`); }
  async sound(name) { await kit.sound(this.page, name); await kit.shot(this.page, `cases-${name}`); }
  path() { return new URL(this.page.url()).pathname; }
}

async function desk(who, width) {
  const page = await kit.person(browser, width, { javaScriptEnabled: process.env.SCRIPTS === '1' });
  await page.context().addCookies([{ name: 'sekisho-inner', value: told[who], url: `http://${inner}/`, httpOnly: true, sameSite: 'Strict' }]);
  return new Desk(page);
}

async function takingOut(staff, manager) {
  let where;
  await step('staff on a phone applies for a taking-out in six fields', async () => {
    await staff.go('/');
    await staff.follow('申請する');
    await staff.follow('職場外への持出し');
    await staff.fill('f.object.q', '持出し用');
    await staff.press('探す: 対象');
    await staff.page.getByRole('checkbox', { name: /持出し用/ }).check();
    await staff.fill('f.place', '市内の現地');
    await staff.fill('f.until', 'R8.12.1');
    await staff.press('出す前に');
    await staff.has('担当業務のためか');
    await staff.has('まだ足りないもの');
    check(await staff.page.locator('[name="f.place"]').inputValue() === '市内の現地', 'what was typed is lost');
    await staff.pick('f.on_duty', 'yes');
    await staff.press('申請する');
    await staff.has('「目的・理由」が空です');
    await staff.fill('purpose', '現地調査で筆ごとの面積を確かめるため');
    await staff.press('申請する');
    check(/^\/decide\/[a-z0-9]{26}$/.test(staff.path()), `not sent: ${staff.page.url()}`);
    where = staff.path();
    await staff.has('承認待ち');
    await staff.sound('applied');
  });
  await step('one cannot permit one\'s own; the manager gives it back with a reason', async () => {
    check(await staff.page.getByRole('button', { name: '許可する' }).count() === 0, 'a dead or a forbidden button');
    await manager.go(where);
    await manager.press('差し戻す');
    await manager.has('「理由・条件」が空です');
    await manager.fill('reason', '持出先の町名も書いてください');
    await manager.press('差し戻す');
    await manager.has('差戻し');
  });
  await step('staff corrects it with what stood there, the manager permits', async () => {
    await staff.go(where);
    await staff.has('持出先の町名も書いてください');
    await staff.follow('同じ内容でもう一度申請する');
    check(await staff.page.locator('[name="f.until"]').inputValue() === 'R8.12.1', 'not filled again');
    await staff.fill('f.place', '青波市港町の現地');
    await staff.page.locator('summary', { hasText: 'そのほかの項目' }).click();
    await staff.page.getByRole('radio', { name: /貸出用ノートパソコン/ }).check();
    await staff.press('申請する');
    where = staff.path();
    await manager.go('/decide');
    await manager.page.locator(`.queue a[href="${where}"]`).click();
    await manager.has('港町');
    await manager.press('許可する');
    await manager.has('許可');
    await manager.sound('permitted');
  });
  await step('it cannot be ended before its record is written; then it is', async () => {
    await staff.go(where);
    await staff.press('完了にする');
    await staff.has('の記録がまだ終わっていません');
    await staff.go(where);
    await staff.follow('持出し・持込みの記録簿');
    if (await staff.page.locator('[name="f.performed_at"]').count()) await staff.fill('f.performed_at', '2026-11-20 13:00');
    await staff.page.locator('[name="f.performer"]').selectOption({ label: '青木 一郎' });
    await staff.fill('f.back_at', 'R8.11.20');
    await staff.press('書き終えて閉じる');
    await staff.has('閉じています');
    await staff.go(where);
    await staff.has('書き終わりました');
    await staff.press('完了にする');
    await staff.has('完了');
    await staff.sound('closed');
  });
}

async function incident(staff, manager, it, chief) {
  let where;
  await step('an incident is reported on a phone, incomplete, in a minute', async () => {
    const began = Date.now();
    await staff.go('/report');
    await staff.press('報告する');
    await staff.has('「何が起きましたか」が空です');
    await staff.fill('name', '貸出端末の紛失');
    await staff.fill('story', '駅で置き忘れた。');
    await staff.press('報告する');
    where = staff.path();
    check(/^\/case\/[a-z0-9]{26}$/.test(where), `not reported: ${staff.page.url()}`);
    await staff.has('未完成');
    await staff.has('駅で置き忘れた。');
    check(Date.now() - began < 60000, 'more than a minute');
    await staff.sound('reported');
  });
  await step('it is not closed before cause and order; then it is', async () => {
    await manager.go(where);
    await manager.has('いまの内容では進めません');
    check(await manager.page.getByRole('button', { name: 'インシデントの終結を記録する' }).count() === 0, 'it can be closed');
    await manager.press('インシデントの報告を記録する');
    await it.go(where);
    await it.press('原因の究明を記録する');
    await chief.go(where);
    await chief.press('再発防止の指示を記録する');
    await it.go(where);
    await it.press('インシデントの終結を記録する');
    await it.has('終結');
    await it.sound('incident-closed');
    await it.go('/cases?show=ended');
    await it.has('貸出端末の紛失');
  });
}

async function contract(manager) {
  await step('a contract with an item missing cannot be concluded; with all of them it can', async () => {
    await manager.go('/cases/new/contract');
    await manager.fill('name', '税システムの運用委託');
    await manager.page.locator('summary', { hasText: 'そのほかの項目' }).click();
    await manager.pick('f.measures_confirmed', 'yes');
    await manager.press('始める');
    await manager.press('委託先の選定を記録する');
    await manager.has('まだ足りないもの');
    check(await manager.page.getByRole('button', { name: '契約の締結を記録する' }).count() === 0, 'it can be concluded');
    const items = await manager.page.locator('fieldset.item').count();
    check(items === 11, `${items} items`);
    for (let i = 0; i < items - 1; i++) await manager.page.locator('fieldset.item').nth(i).getByRole('radio', { name: 'はい' }).check();
    await manager.press('項目の答えを記録する');
    check(await manager.page.getByRole('button', { name: '契約の締結を記録する' }).count() === 0, 'one is still missing');
    await manager.page.locator('fieldset.item').first().getByRole('radio', { name: 'はい' }).check();
    await manager.press('項目の答えを記録する');
    await manager.press('契約の締結を記録する');
    await manager.has('締結済み');
    await manager.sound('concluded');
  });
}

async function audit(it, auditorName) {
  await step('who manages a section does not audit it', async () => {
    await it.go('/cases/new/audit');
    await it.fill('name', '税務課の監査');
    await it.page.locator('[name="f.section"]').selectOption({ label: '税務課' });
    await it.page.locator('[name="f.auditor"]').selectOption({ label: auditorName });
    await it.press('始める');
    await it.has('いまの内容では進めません');
    await it.has('第2章 1 (3)');
    check(await it.page.getByRole('button', { name: '監査の実施を記録する' }).count() === 0, 'it can be carried out');
    await it.sound('self-audit');
  });
}

(async () => {
  const outer = await free();
  inner = await free();
  const stage = spawn(process.argv[2], [outer, inner], { stdio: ['ignore', 'pipe', 'inherit'] });
  told = JSON.parse(await new Promise((ok) => stage.stdout.once('data', (d) => ok(String(d)))));
  browser = await kit.open();
  const staff = await desk('staff_inner', 390), manager = await desk('manager_inner', 1280);
  const it = await desk('it_inner', 1280), chief = await desk('chief_inner', 1280);
  await takingOut(staff, manager);
  await incident(staff, manager, it, chief);
  await contract(manager);
  await audit(it, '田中 恵子');
  await browser.close();
  stage.kill();
  kit.end();
})();
