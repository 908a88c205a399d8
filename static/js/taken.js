// What was written here has been taken: its drafts go.
const path = location.pathname.replace(/say$/, "write");
if (location.hash === "#mine") {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(`draft:${path}:`)) sessionStorage.removeItem(key);
}
