// Runs before the first paint, so that a chosen theme does not flash: a classic script, on purpose.
try {
  const chosen = localStorage.getItem('convscope.theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is forbidden: the system's theme stays.
}
