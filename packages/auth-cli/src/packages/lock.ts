export * from 'proper-lockfile'
