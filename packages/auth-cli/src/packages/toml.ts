export * from 'smol-toml'
