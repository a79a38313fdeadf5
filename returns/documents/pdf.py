class RenderFailed(Exception):
    """stub"""
