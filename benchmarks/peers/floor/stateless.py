"""The floor: an update in, a message out, nothing kept."""

from benchmarks.peers.floor.answering import Floor, serve

if __name__ == "__main__":
    serve(Floor())
