// The worker of the Lab's vault: the script of the package, in a file of this page's own origin.

import '@fluxauth/auth-browser/worker-script'
