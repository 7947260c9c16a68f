// The code of a manager's page stands behind the #, so that it goes to no server as an address.
"use strict";
(() => {
  const field = document.getElementById("code");
  if (!field || !location.hash) return;
  field.value = decodeURIComponent(location.hash.slice(1)).slice(0, 20);
  history.replaceState(null, "", location.pathname);
})();
