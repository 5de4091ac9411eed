// The same program, and it imports auth-node.
import '@fluxauth/auth-node'
