import LadleCommand

await Ladle.start()
