"""The guided tour: eight stops on the bundled samples that tell what embeddings are good for."""
