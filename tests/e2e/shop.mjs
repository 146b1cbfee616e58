// The demo shop's sources as the tests need them: questions with the passage that answers them.
import { readFileSync } from 'node:fs';

const asked = readFileSync('tests/fixtures/questions/test.tsv', 'utf8').trim().split('\n').slice(1).map((line) => {
  const [language, question, expect, kind] = line.split('\t');
  return { language, question, expect: expect.split('|').filter(Boolean), kind };
});

/** The row of `test.tsv` that holds this question. */
export function row(question) {
  const found = asked.find((row) => row.question === question);
  if (!found) throw new Error(`tests/fixtures/questions/test.tsv has no question "${question}"`);
  return found;
}

/** A passage's heading: what the page shows as a source's title. `shipping#rates` in `en`. */
export function titleOf(id, language) {
  const [file, slug] = id.split('#');
  const text = readFileSync(`www/shop/knowledge/${language}/${file}.md`, 'utf8');
  const heading = text.match(new RegExp(`^#+ (.*?)\\s*\\{#${slug}\\}\\s*$`, 'm'));
  if (!heading) throw new Error(`${language}/${file}.md has no heading {#${slug}}`);
  return heading[1];
}
