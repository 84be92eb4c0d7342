// node scripts/citations.mjs    fails if a comment or a page cites a place in docs/ that does not exist.
// Citations are `docs/page.md`, `docs/page.md#section`, `docs/faults.md, F12`, and every relative link of a page.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const CITES = /(?<![\w./])docs\/[\w./-]+\.md(?:#[\w-]+|, (?:and )?F\d+)?/g;
const LINKS = /\]\(([^)\s]+)\)/g;
const TEXT = /\.(ts|tsx|mjs|js|sh|ya?ml|md|json)$|(^|\/)(Dockerfile|run)$/;
/** Names of documents outside the repository, which a reader of the repository cannot follow. */
const ELSEWHERE = /\b(FACTS|THREATS|FAULTS)(\.md)?\b(?! = )/;

/** GitHub's anchor of a heading. */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsIn = (text) => [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading));

/**
 * The broken citations of one file, one line each.
 * @param {string} file path below the root
 * @param {string} text what it holds
 * @param {(path: string) => string | undefined} read a page's text; undefined when there is no such file, '' for a folder
 */
export function brokenCitations(file, text, read) {
  const cited = [...text.matchAll(CITES)].map(([whole]) => whole);
  const links = file.endsWith('.md') ? [...text.matchAll(LINKS)].map(([, target]) => target) : [];
  const near = links
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#');
      const place = path === '' ? file : normalize(join(dirname(file), decodeURI(path)));
      return anchor === undefined ? place : `${place}#${anchor}`;
    });
  const broken = [...new Set([...cited, ...near])].filter((citation) => !leadsSomewhere(citation, read));
  const elsewhere = ELSEWHERE.exec(text);
  return [
    ...broken.map((citation) => `${file} cites ${citation}, which does not exist`),
    ...(elsewhere ? [`${file} cites ${elsewhere[0]}, which is not in the repository: cite a page of docs/`] : []),
  ];
}

function leadsSomewhere(citation, read) {
  const [place, fault] = citation.split(/, (?:and )?/);
  const [path, anchor] = place.split('#');
  const page = read(path);
  if (page === undefined) return false;
  if (fault !== undefined) return page.includes(`| ${fault} |`);
  return anchor === undefined || !path.endsWith('.md') || anchorsIn(page).includes(anchor);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const own = relative(root, fileURLToPath(import.meta.url));
  const read = (path) => {
    const whole = join(root, path);
    if (!existsSync(whole)) return undefined;
    return statSync(whole).isDirectory() ? '' : readFileSync(whole, 'utf8');
  };
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
  const exempt = [own, 'test/tooling/citations.spec.ts', 'package-lock.json'];
  const wrong = files
    .filter((file) => TEXT.test(file) && !exempt.includes(file) && existsSync(join(root, file)))
    .flatMap((file) => brokenCitations(file, read(file) ?? '', read));
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
}
