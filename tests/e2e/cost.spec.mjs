// What the closed widget costs a shop's page: the same page with it and without, in turn, in one run.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { serveHosts } from './hosts.mjs';
import { serve } from './serve.mjs';

const ROUNDS = 7;
const { files: [LAUNCHER], gzip_kib: LAUNCHER_KIB } = JSON.parse(readFileSync('tests/budgets.json', 'utf8'))["launcher in another shop's page"];
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** One visit. Seconds are those that the page's main thread computed, whoever else keeps the machine busy. */
async function visit(browser, url) {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    window.shift = 0;
    window.blocked = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.shift += value; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.blocked += duration - 50; }).observe({ type: 'longtask', buffered: true });
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url, { waitUntil: 'networkidle' });
  // Two frames more, so that what was put off until after the load is counted too.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(resolve))));
  const { metrics } = await session.send('Performance.getMetrics');
  const cost = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1_000]));
  const { shift, blocked } = await page.evaluate(() => ({ shift, blocked }));
  await page.close();
  return { task: cost.TaskDuration, script: cost.ScriptDuration, layout: cost.LayoutDuration + cost.RecalcStyleDuration, blocked, shift };
}

test('the closed widget moves nothing, blocks nothing and weighs what the budget allows', async ({ browser }) => {
  const server = await serve({ root: 'dist' }), hosts = await serveHosts(server);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // The same page, but for the launcher's line.
  await context.route('**/plain.html?without', async (route) => {
    const text = readFileSync('tests/e2e/hosts/plain.html', 'utf8').replace(/<script src="\{attendant\}.*\n/, '');
    expect(text).not.toContain('embed.js');
    await route.fulfill({ body: text, contentType: 'text/html; charset=utf-8' });
  });
  const visits = { with: [], without: [] };
  try {
    // The first of each warms the browser up.
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, url] of [['without', `${hosts.url}plain.html?without`], ['with', `${hosts.url}plain.html?with`]]) {
        const cost = await visit(context, url);
        if (round >= 0) visits[name].push(cost);
      }
    }
    expect(new Set(server.log.map(({ path }) => path))).toEqual(new Set([`/${LAUNCHER}`]));
    expect(gzipSync(readFileSync(`dist/${LAUNCHER}`), { level: 9 }).length).toBeLessThanOrEqual(LAUNCHER_KIB * 1024);
  } finally {
    await context.close();
    await hosts.stop();
    await server.stop();
  }
  const of = (name, figure) => median(visits[name].map((cost) => cost[figure]));
  const told = ['task', 'script', 'layout', 'blocked'].map((figure) => `${figure} ${of('without', figure).toFixed(1)} → ${of('with', figure).toFixed(1)} ms`);
  console.log(`    main thread without → with, median of ${ROUNDS}: ${told.join(', ')}`);
  expect(visits.with.map(({ shift }) => shift)).toEqual(Array(ROUNDS).fill(0));
  expect(of('with', 'task') - of('without', 'task'), 'ms of the main thread, all that it did').toBeLessThan(20);
  expect(of('with', 'blocked') - of('without', 'blocked'), 'ms beyond 50 of any task').toBeLessThan(20);
});
