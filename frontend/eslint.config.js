// Beside what is usually wrong: who may import whom.
//
//   app ──► features ──► shared          never the other way round
//
// A feature does not know the others, but for the lines of MAY_USE. Inside a feature, components use api, and api no
// components. What crosses a folder's border is imported as `@/…`, from the file that has it: there are no barrels.
import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const GLOBALS = [
  ...['process', 'console', 'URL', 'setTimeout'],
  ...['window', 'document', 'performance', 'PerformanceObserver', 'MutationObserver', 'requestAnimationFrame'],
];
const features = readdirSync(new URL('src/features', import.meta.url));
const MAY_USE = {
  catalogue: ['cart'], // a good can be put into the basket where it is shown
  checkout: ['cart'], // what is paid for is what lies in the basket
};

const forbid = (files, group, message) => ({ files, group, message });
const directions = [
  forbid(['src/shared/**'], ['@/app/**', '@/features/**'], 'shared knows neither features nor the app'),
  ...features.flatMap((feature) => {
    const others = features.filter((other) => other !== feature && !MAY_USE[feature]?.includes(other));
    const inside = [`src/features/${feature}/**`];
    const message = `${feature} does not know these: eslint.config.js says who knows whom`;
    return [forbid(inside, ['@/app/**', ...others.map((other) => `@/features/${other}/**`)], message)];
  }),
];
const noBarrel = { group: ['../*', './*'], message: 'import it as @/…, from the file that has it' };

const rule = ({ files, group, message }, more = []) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [noBarrel, { group, message }, ...more] }] },
});

/** File names are kebab-case, and no file only hands on what others have. */
const files = {
  rules: {
    names: {
      create: (context) => ({
        Program(node) {
          const name = context.filename.split('/').at(-1);
          if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(name))
            context.report({ node, message: `${name} is not kebab-case` });
          if (/^index\.tsx?$/.test(name)) context.report({ node, message: 'there are no barrels' });
        },
      }),
    },
  },
};

export default tseslint.config(
  { ignores: ['dist', 'release', 'catalogue', 'src/shared/api/schema.ts', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'] ?? reactHooks.configs.flat.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { files },
    rules: {
      'files/names': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  ...directions.map((each) => rule(each)),
  ...features.map((feature) => {
    const direction = directions.find(({ files: [first] }) => first === `src/features/${feature}/**`);
    const message = 'api knows no components';
    return rule({ ...direction, files: [`src/features/${feature}/api/**`] }, [
      { group: ['@/features/*/components/**', '@/shared/components/**'], message },
    ]);
  }),
  // A test shows a part as the app would: in its theme.
  { files: ['src/**/*.test.tsx'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: Object.fromEntries(GLOBALS.map((name) => [name, 'readonly'])) },
  },
);
