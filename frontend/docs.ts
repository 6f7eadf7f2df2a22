/** /docs: Swagger UI over /openapi.json, from this server alone. */

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

function follow() {
  const { theme } = root.dataset;
  root.classList.toggle('dark-mode', theme ? theme === 'dark' : dark.matches);
}

dark.addEventListener('change', follow);
follow();

declare const SwaggerUIBundle: (options: Record<string, unknown>) => void;

SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('docs'),
  deepLinking: true,
  // The validator is a service of others.
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // Long answers would be coloured letter by letter.
  syntaxHighlight: { activated: false },
  onComplete: () => {
    root.dataset.ready = '';
  },
});
