// Drafting in a browser: a value is changed, what is wrong is told, the choice is
// written, the chief adopts, the value is in force without a restart; once with
// scripts and once without.  Then the comparison's downloads, and the search.
//   node tests/e2e/draft.js build/tests/unit/web/draftstage
'use strict';
const fs = require('fs');
const { spawn } = require('child_process');
const { step, check, ...kit } = require('./kit.js');
const { free } = require('./city.js');

let inner, told, browser;

async function desk(who, scripts) {
  const page = await kit.person(browser, 1280, { javaScriptEnabled: scripts });
  await page.context().addCookies([{ name: 'sekisho-inner', value: told[who], url: `http://${inner}/`, httpOnly: true, sameSite: 'Strict' }]);
  return page;
}
const go = (page, to) => page.goto(`http://${inner}${to}`);
const text = (page) => page.locator('body').innerText();
const press = (page, name) => page.getByRole('button', { name: kit.named(name) }).first().click();

async function look(page, name, scripts) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await kit.sound(page, name);
    if (scripts) await kit.accessible(page, name);
  }
}

async function drafting(scripts) {
  const tag = scripts ? 'with scripts:' : 'without scripts:';
  const deputy = await desk('deputy', scripts), ciso = await desk('ciso', scripts), staff = await desk('staff', scripts);
  const days = scripts ? '7' : '3';
  await step(`${tag} a draft wants its heads`, async () => {
    await go(deputy, '/drafts');
    if (scripts) await kit.reachable(deputy, '#title', 'the new draft');
    await deputy.locator('#title').fill('値を改める');
    await deputy.locator('#basis').fill('会議');
    await deputy.locator('#effective').fill('むかし');
    await press(deputy, '起こす');
    check((await text(deputy)).includes('「施行日」を読めません'), 'a day that is none is not told');
    check(await deputy.locator('#title').inputValue() === '値を改める', 'what was typed is lost');
    await look(deputy, 'drafts with an error', scripts);
    await deputy.locator('#effective').fill('2020-01-01');
    await press(deputy, '起こす');
    check((await text(deputy)).includes('採択より前から効くことはできません'), 'a day before adoption is not told');
    await deputy.locator('#effective').fill(scripts ? '令和20年4月1日' : '令和19年4月1日');
    await press(deputy, '起こす');
    check(/\/drafts\/[a-z0-9]{26}$/.test(deputy.url()), 'no draft');
  });
  const path = new URL(deputy.url()).pathname;
  await step(`${tag} a value by its type and unit`, async () => {
    await go(deputy, path);
    await deputy.locator('select#name').selectOption('backup_interval');
    await press(deputy, 'この値を改める');
    await deputy.locator('[id="f.value"]').fill('みっか');
    await press(deputy, '案に書く');
    check(await deputy.locator('.err').count() === 1, 'a wrong value is not marked');
    check(await deputy.locator('[id="f.value"]').inputValue() === 'みっか', 'what was typed is lost');
    await look(deputy, 'a wrong value', scripts);
    await deputy.locator('[id="f.value"]').fill(days);
    await deputy.locator('[name="f.value.unit"]').selectOption('days');
    await press(deputy, '案に書く');
    check((await text(deputy)).includes(`${days}日`), 'the value is not in the draft');
    check((await text(deputy)).includes('点検の結果'), 'no findings beside');
  });
  await step(`${tag} a choice is written on its finding`, async () => {
    await go(deputy, `${path}/choice?finding=29&clauses=NO-1`);
    await deputy.locator('#sentence').fill('市の扱いを決めた');
    await press(deputy, '案に書く');
    check((await text(deputy)).includes('という条文はありません'), 'an unknown clause is not told');
    await go(deputy, path);
    await deputy.getByText('この指摘への選択を書く').first().click();
    await deputy.locator('#sentence').fill('省かれた項目は、契約のひな形で補う');
    await press(deputy, '案に書く');
    check((await text(deputy)).includes('省かれた項目は、契約のひな形で補う'), 'the choice is not in the draft');
    await look(deputy, 'a draft', scripts);
  });
  await step(`${tag} others may look and not touch`, async () => {
    await go(staff, path);
    check(await staff.getByRole('button', { name: '採択する' }).count() === 0, 'anybody may adopt');
    check(await staff.locator('select#name').count() === 0, 'anybody may edit');
    await go(deputy, path);
    check(await deputy.getByRole('button', { name: '採択する' }).count() === 0, 'who drafts may adopt');
  });
  await step(`${tag} the chief adopts, and it cannot be written again`, async () => {
    await go(ciso, path);
    await press(ciso, '採択する');
    if (!scripts) { // the first run's value would cut this one off
      check((await text(ciso)).includes('期間が重なります'), 'overlapping values are adopted');
      await look(ciso, 'a refused adoption', scripts);
      return;
    }
    check((await text(ciso)).includes('採択済み'), 'not adopted');
    await go(deputy, `${path}/value?name=backup_interval`);
    check((await text(deputy)).includes('書き換えられません'), 'an adopted draft can be written');
  });
  for (const page of [deputy, ciso, staff]) await page.context().close();
}

async function downloads() {
  const page = await desk('staff', true);
  await step('moves lead to each other', async () => {
    await go(page, '/compare');
    await page.locator('a[href^="#from-"]').first().click();
    check(await page.locator('tr:target').count() === 1, 'a move leads nowhere');
  });
  for (const [name, start] of [['pdf', '%PDF'], ['xlsx', 'PK'], ['html', '<!DOCTYPE'], ['json', '{'], ['kaisei', '\u3000'], ['zenbun', '\u3000']])
    await step(`the comparison as ${name}`, async () => {
      await go(page, '/compare');
      const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`a[href^="/compare/${name}?"]`).click()]);
      const bytes = fs.readFileSync(await file.path());
      check(bytes.length > 1000 && bytes.toString('utf8', 0, 20).startsWith(start), `${name}: ${bytes.length} bytes`);
    });
  for (const word of ['監査', '例外', '端末'])
    await step(`${word} is found`, async () => {
      await go(page, `/clauses?q=${encodeURIComponent(word)}`);
      const found = await page.locator('tbody tr').count();
      check(found > 0, 'nothing is found');
      check((await page.locator('tbody').innerText()).includes(word), 'something else is found');
    });
  await step('what is not set leads to where it is', async () => {
    await go(page, '/clauses?state=unset');
    if (await page.locator('tbody tr').count() === 0) return;
    await page.locator('tbody tr a').first().click();
    await page.locator('a[href^="/values"]').click();
    check((await text(page)).includes('市が決める値'), 'no values');
  });
  await page.context().close();
}

(async () => {
  inner = await free();
  const stage = spawn(process.argv[2], [await free(), inner], { stdio: ['ignore', 'pipe', 'inherit'] });
  told = JSON.parse(await new Promise((ok) => stage.stdout.once('data', (d) => ok(String(d)))));
  browser = await kit.open();
  await drafting(true);
  await drafting(false);
  await downloads();
  await browser.close();
  await new Promise((ok) => { stage.on('exit', ok); stage.kill(); });
  kit.end();
})();
