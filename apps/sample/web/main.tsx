// Starts the page.

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { auth } from './auth.ts'
import { keepFocus } from './keep-focus.ts'
import './style.css'

// Until there is an answer nothing is known, and nothing flashes.
auth.resume().catch(() => undefined)

keepFocus()
const place = document.getElementById('app')
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
